"""Every custom action, and the function of `answers` that replies for it."""

from threading import Thread

from actions.turn import TurnAction, warm_up
from answers import answering, dialogue, simulating
from observability.logs import configure_logging
from observability.tracing import start_tracing

configure_logging("actions")
start_tracing("actions")
# The action server loads this module once: the first visitor shall not wait for the indexes.
Thread(target=warm_up, name="warm-up", daemon=True).start()


class ActionAnswer(TurnAction):
    """Answers a question about an aspect of a subject."""

    answers_with = staticmethod(answering.answer)


class ActionList(TurnAction):
    """Lists what exists for a place, a sector or a kind of visitor."""

    answers_with = staticmethod(dialogue.list_asked)


class ActionCompare(TurnAction):
    """Sets subjects side by side."""

    answers_with = staticmethod(dialogue.compare_named)


class ActionNextStep(TurnAction):
    """Tells the step that comes after."""

    answers_with = staticmethod(dialogue.next_step)


class ActionShowMore(TurnAction):
    """Shows the next page of a list, or more of a subject."""

    answers_with = staticmethod(dialogue.show_more)


class ActionTakeElement(TurnAction):
    """Takes up an element that was given without a question."""

    answers_with = staticmethod(dialogue.take_element)


class ActionSimulate(TurnAction):
    """Computes what a project would get."""

    answers_with = staticmethod(simulating.simulate)


class ActionSmallTalk(TurnAction):
    """Says the brief reply to a greeting, thanks, an insult and the like."""

    answers_with = staticmethod(dialogue.small_talk)


class ActionRepeat(TurnAction):
    """Says the last answer again."""

    answers_with = staticmethod(dialogue.repeat)


class ActionTellSource(TurnAction):
    """Tells where the last answer comes from."""

    answers_with = staticmethod(dialogue.tell_source)


class ActionClarify(TurnAction):
    """Asks which of the likely readings is meant."""

    answers_with = staticmethod(dialogue.clarify)
