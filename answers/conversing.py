"""The reply to a turn, whatever it is: what the actions call, and what chooses among the answers."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from answers import dialogue
from answers.answering import answer, names_a_subject_alone
from answers.meaning import as_meant
from answers.reply import Reply
from answers.simulating import RESULT, simulate, within_simulation
from answers.turn import Turn
from bot.nlu.folding import fold
from database.vocabulary import ASPECTS

Answer = Callable[..., Reply]
PAYLOAD = re.compile(r"/(\w+)(\{.*\})?")
# What a button may ask for, and the function that replies; the rules of the dialogue say the same.
BUTTONS: Mapping[str, Answer] = {
    **{f"ask_{aspect}": answer for aspect in ASPECTS},
    "ask_list": dialogue.list_asked,
    "compare": dialogue.compare_named,
    "next_step": dialogue.next_step,
    "more": dialogue.show_more,
    "simulate": simulate,
    **dict.fromkeys(
        ("inform", "affirm", "deny", "dont_know", "cancel", "resume"), dialogue.take_element
    ),
    **dict.fromkeys(("ask_human", "help", "change_language"), dialogue.small_talk),
}


def reply_to(session: Session, turn: Turn, answers_with: Answer, *, on: date) -> Reply:
    """The reply of the function that the rules chose, unless the turn is something else.

    The title of a button, typed, is that button; a subject's name alone asks what it is; an answer
    to the form of the computation belongs to the form; other words may tell the intent by themselves.
    """
    pressed = _pressed_by_hand(turn)
    if pressed is not None:
        answers_with, turn = BUTTONS[pressed.intent], pressed
    elif names_a_subject_alone(session, turn):
        answers_with, turn = answer, replace(turn, intent="ask_overview", parts=())
    elif turn.memory.awaiting in (None, RESULT):
        meant = as_meant(session, turn)
        if meant.intent != turn.intent:
            answers_with, meant = BUTTONS[meant.intent], replace(meant, parts=())
        turn = meant
    return within_simulation(answers_with, session, turn, on=on)


def _pressed_by_hand(turn: Turn) -> Turn | None:
    """The turn as if the button whose title was typed had been pressed, or None."""
    typed = fold(turn.text).strip()
    for button in (button for message in turn.last_messages for button in message["buttons"]):
        read = PAYLOAD.fullmatch(button["payload"])
        if read and read[1] in BUTTONS and typed and typed == fold(button["title"]).strip():
            given = json.loads(read[2] or "{}")
            return replace(
                turn,
                text="",
                intent=read[1],
                entities={name: (value,) for name, value in given.items()},
                unknown_words=(),
                parts=(),
            )
    return None
