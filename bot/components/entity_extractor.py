"""Finds the closed entities and the quantities of a message."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.closed_entities import find_closed_entities
from bot.nlu.quantities import Quantity, find_quantities


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ClosedEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Adds provinces, sectors, legal forms, kinds of visitor, amounts, jobs, percentages."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "ClosedEntityExtractor":
        """A component without state."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Find the entities of each message; the payload of a button names its own."""
        for message in messages:
            text = message.get(TEXT)
            if not text.startswith("/"):
                writing = (message.get("writing") or {}).get("tag")
                message.set(
                    ENTITIES, self.add_extractor_name(_found(text, writing)), add_to_output=True
                )
        return messages


def _found(text: str, writing: str | None) -> list[dict[str, Any]]:
    closed = [
        {
            "entity": e.kind,
            "value": e.value,
            "start": e.start,
            "end": e.end,
            "confidence_entity": e.score / 100,
        }
        for e in find_closed_entities(text)
    ]
    quantities = [
        {
            "entity": q.kind,
            "value": _value(q),
            "start": q.start,
            "end": q.end,
            "confidence_entity": float(q.certain),
        }
        for q in find_quantities(text, writing=writing)
    ]
    return [*closed, *quantities]


def _value(quantity: Quantity) -> dict[str, Any]:
    """The quantity as JSON: numbers as texts, so that nothing is rounded on the way."""
    return {
        "value": str(quantity.value),
        "upper": str(quantity.upper) if quantity.upper is not None else None,
        "unit": quantity.unit,
        "alternatives": [str(value) for value in quantity.alternatives],
        "certain": quantity.certain,
    }
