"""The shortcuts mean the same as what they replace."""

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

from bot import shortcuts

RASAS_RESOLVE = Event.resolve_by_type
RASAS_CALL = RemoteAction._action_call_format
RASAS_VALIDATE = RemoteAction._validate_action_result
ACTION = RemoteAction("action_answer", None)

GOOD = {
    "events": [{"event": "slot", "name": "subject", "value": "tpme"}],
    "responses": [{"custom": {}}],
}
BAD = [
    {"events": [{"name": "subject"}], "responses": []},
    {"events": [{"event": "slot", "name": 3}], "responses": []},
    {"events": [], "responses": ["salam"]},
    {"events": [{"event": "no such event"}], "responses": []},
]


def test_a_good_result_is_accepted_by_both() -> None:
    assert RASAS_VALIDATE(ACTION, GOOD)
    assert shortcuts._validate_action_result(ACTION, GOOD)


@pytest.mark.parametrize("result", BAD)
def test_a_bad_result_is_refused_by_both(result: dict) -> None:
    with pytest.raises(ValidationError):
        RASAS_VALIDATE(ACTION, result)
    with pytest.raises(ValidationError):
        shortcuts._validate_action_result(ACTION, result)


def test_every_event_type_is_resolved_as_by_rasa() -> None:
    names = {e.type_name for e in all_subclasses(Event) if isinstance(e.type_name, str)}
    for name in names:
        assert shortcuts._resolve_by_type(name) is RASAS_RESOLVE(name)


def test_unknown_events_are_treated_as_by_rasa() -> None:
    assert shortcuts._resolve_by_type("topic") is None
    assert shortcuts._resolve_by_type("nothing", SlotSet) is SlotSet
    with pytest.raises(ValueError, match="nothing"):
        shortcuts._resolve_by_type("nothing")


def test_an_action_is_asked_as_by_rasa_but_for_the_domain() -> None:
    domain = Domain.from_dict({"intents": ["greet"], "actions": ["action_answer"]})
    tracker = DialogueStateTracker.from_events("c1", [SlotSet("subject", "tpme")], domain.slots)
    asked = shortcuts._action_call_format(ACTION, tracker, domain)
    assert asked == {**RASAS_CALL(ACTION, tracker, domain), "domain": {}}
