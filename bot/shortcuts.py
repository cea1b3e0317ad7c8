"""Three things Rasa 3.6.21 does anew at every turn, done once or not at all.

Profiled under load, two thirds of a turn went into checking each action result: `jsonschema.validate`
first checks its own schema. And for each event it reads, Rasa walks all subclasses of `Event`.
Both keep their meaning here; only the repetition goes. The third is the whole domain, copied and sent
with every call of an action: ours never read it. The channel installs them when it is loaded.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict, Optional, Type

import rasa
from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.shared.utils.common import all_subclasses


def install() -> None:
    """Put the shortcuts in the place of Rasa's own methods."""
    RemoteAction._action_call_format = _action_call_format
    RemoteAction._validate_action_result = _validate_action_result
    Event.resolve_by_type = staticmethod(_resolve_by_type)


def _action_call_format(
    action: RemoteAction, tracker: DialogueStateTracker, _domain: Domain
) -> Dict[str, Any]:
    """What the action server is asked: the tracker, and a domain that is empty (it must be there)."""
    return {
        "next_action": action.name(),
        "sender_id": tracker.sender_id,
        "tracker": tracker.current_state(EventVerbosity.ALL),
        "version": rasa.__version__,
        "domain": {},
    }


def _validate_action_result(_action: RemoteAction, result: Dict[str, Any]) -> bool:
    """True when the action server's answer has the expected shape.

    Raises `jsonschema.ValidationError` when it has not, as Rasa's own method does.
    """
    error = best_match(_result_validator().iter_errors(result))
    if error is not None:
        raise error
    return True


@lru_cache(maxsize=None)
def _result_validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    validator = validator_for(schema)
    validator.check_schema(schema)
    return validator(schema)


@lru_cache(maxsize=None)
def _event_types() -> Dict[str, Type[Event]]:
    types: Dict[str, Type[Event]] = {}
    for event_type in all_subclasses(Event):
        types.setdefault(getattr(event_type, "type_name", None), event_type)
    return types


def _resolve_by_type(
    type_name: str, default: Optional[Type[Event]] = None
) -> Optional[Type[Event]]:
    """The class of events with this type name. Raises `ValueError` for an unknown one."""
    found = _event_types().get(type_name, default)
    if found is None and type_name != "topic":
        raise ValueError(f"Unknown event name '{type_name}'.")
    return found
