"""What opens a conversation: who speaks, what is kept, topics to begin with."""

from answers.reply import Button, Message, payload
from answers.words import say
from database.vocabulary import Writing


def greeting(writing: Writing) -> tuple[Message, ...]:
    """The two bubbles of a new conversation."""
    return (
        Message(say("greeting", writing)),
        Message(say("privacy_notice", writing), topics(writing)),
    )


def topics(writing: Writing) -> tuple[Button, ...]:
    """Three things to begin with."""
    return (
        Button(say("button.incentives", writing), payload("ask_list", kind="incentive")),
        Button(say("button.create", writing), payload("ask_steps", subject="creation_sarl")),
        Button(say("button.simulate", writing), payload("simulate")),
    )
