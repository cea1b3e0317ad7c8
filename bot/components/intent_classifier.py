"""Decides the intent of a message, or that it is too unlike everything learnt."""

from __future__ import annotations

from typing import Any, Dict, List

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.decision import DEFAULTS, Thresholds, decide
from bot.nlu.intent import IntentModel


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SkeletonIntentClassifier(IntentClassifier, GraphComponent):
    """Adds `intent`, `intent_ranking`, `questions` and `unknown_words` to the parse."""

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel,
    ) -> None:
        self._thresholds = Thresholds.of(config)
        self._storage, self._resource, self._model = model_storage, resource, model

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """How the model learns, and when it rejects or asks."""
        return dict(DEFAULTS)

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SkeletonIntentClassifier":
        """A classifier that has yet to be trained."""
        model = IntentModel(config["inverse_regularisation"], config["sentence_vectors"])
        return cls(config, model_storage, resource, model)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SkeletonIntentClassifier":
        """The classifier as it was trained."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, joblib.load(folder / "intent.joblib"))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the labelled sentences."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        self._model.fit([e.get(TEXT) for e in examples], [e.get(INTENT) for e in examples])
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(self._model, folder / "intent.joblib")
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Decide the intent of each message."""
        for message in messages:
            for key, value in decide(self._model, message.get(TEXT), self._thresholds).items():
                message.set(key, value, add_to_output=True)
        return messages
