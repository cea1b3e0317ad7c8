"""The door of the Rasa server: what it lets in, and what it remembers."""

from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.channel import _problem_in, answered_turn, user_message

TURN = {"conversation": "c1", "message_id": "m1", "channel": "web", "text": "salam"}
REPLY = {"outcome": "answered", "language": "ary-Latn", "messages": [{"text": "W 3alikom salam"}]}


def test_a_typed_text_is_never_a_command_or_an_intent() -> None:
    for typed in ("/greet", "  /restart", "//stop", '/ask_amount{"subject": "tpme"}', "/"):
        assert not user_message(TURN | {"text": typed}).text.startswith("/")


def test_the_payload_of_a_button_reaches_rasa_as_it_is() -> None:
    turn = {**TURN, "payload": '/ask_amount{"subject": "tpme"}', "text": None}
    assert user_message(turn).text == '/ask_amount{"subject": "tpme"}'


def test_a_turn_without_text_or_payload_is_refused() -> None:
    assert _problem_in({**TURN, "text": None}) == "text or payload must be given"
    assert _problem_in({**TURN, "text": None, "payload": "greet"}) is not None
    assert _problem_in(["salam"]) == "a JSON object was expected"
    assert _problem_in({**TURN, "conversation": ""}) == "conversation must be a text"
    assert _problem_in(TURN) is None


def test_a_message_answered_before_gives_the_same_answer() -> None:
    parsed = {"intent": {"name": "greet", "confidence": 1.0}, "entities": []}
    events = [
        UserUttered("salam", parse_data=parsed, message_id="m1"),
        BotUttered(data={"custom": REPLY}),
        UserUttered("encore", parse_data=parsed, message_id="m2"),
        UserUttered("salam", parse_data=parsed, message_id="m1"),
    ]
    tracker = DialogueStateTracker.from_events("c1", events)
    answer = answered_turn(tracker, "m1")
    assert answer is not None
    assert answer["messages"] == REPLY["messages"]
    assert answer["understood"]["intent"]["name"] == "greet"
    assert answered_turn(tracker, "m2") is None
