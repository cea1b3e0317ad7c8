"""Puts the writing of a message on it, where actions and the channel read it."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.writing import identify_writing


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class WritingIdentifier(GraphComponent):
    """Adds `writing: {tag, mixed, english, msa}` to the parse, or None where nothing tells it.

    It is no entity: an entity would have to stand in every test story.
    """

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "WritingIdentifier":
        """A component without state."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Identify the writing of each message."""
        for message in messages:
            writing = identify_writing(message.get(TEXT))
            message.set("writing", writing and writing.as_dict(), add_to_output=True)
        return messages
