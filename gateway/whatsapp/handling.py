"""What is said to one message of one person, whatever its kind: an answer, a word of control."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from answers.greeting import topics
from answers.reply import Button, Message, Reply, payload
from answers.words import say
from database.conversations import (
    conversation_named,
    give_feedback,
    offered_choices,
)
from database.session import open_session
from database.tables import Conversation, Turn
from database.vocabulary import Writing
from database.whatsapp import (
    Person,
    answered_turn,
    change_phone,
    conversation_of_code,
    drop_waiting,
    join_conversation,
    open_whatsapp_conversation,
    store_code,
    use_code,
)
from gateway.erasure import ERASE_CONFIRMED
from gateway.inbox import take_in_and_answer
from gateway.masking import masked
from gateway.rasa_client import RasaClient
from gateway.visitor import hashed, new_token
from gateway.whatsapp.controls import (
    CODE_MINUTES,
    code_in,
    command_in,
    hashed_code,
    new_code,
    shown,
)
from gateway.whatsapp.identity import Hasher
from gateway.whatsapp.places import nearest_province
from gateway.whatsapp.receiving import MEDIA, Incoming
from gateway.whatsapp.rendering import OURS, Body, choice_id, outgoing_payloads
from settings import settings

START, KEEP, JOIN, STAY, MORE = (
    f"{OURS}{name}" for name in ("start", "keep", "join", "stay", "more")
)
VERDICTS = {"👍": "helpful", "👎": "not_helpful"}


@dataclass(frozen=True)
class Said:
    """What is to be sent for one message.

    `also` is done in the transaction that stores it; `control` tells that it goes out even to a
    person who opted out; `erase` that everything of the person is to be erased.
    """

    writing: Writing
    bodies: list[Body] = field(default_factory=list)
    turn_id: int | None = None
    control: bool = False
    erase: bool = False
    also: Callable[[Session], object] | None = None


def silence(writing: Writing, also: Callable[[Session], object] | None = None) -> Said:
    """Nothing to say."""
    return Said(writing, also=also)


@dataclass(frozen=True)
class Handler:
    """Answers messages of people, with what that takes."""

    rasa: RasaClient
    hasher: Hasher

    def handle(self, person: Person, incoming: Incoming, key: str) -> Said:
        """What is said to a message.

        Raises `AssistantAway` when it must wait and `ConversationErased` when nobody waits for it.
        """
        conversation = self.conversation_of(person)
        writing: Writing = conversation.writing  # type: ignore[assignment]
        if incoming.kind == "system":
            return self._system(person, incoming, writing)
        command = command_in(incoming.text, writing) if incoming.kind == "text" else None
        if command:
            return self._command(person, conversation, *command)
        if incoming.choice == START:
            return self._command(person, conversation, "start", writing)
        if person.state == "stopped" and incoming.choice != choice_id(ERASE_CONFIRMED):
            return silence(writing)
        if incoming.kind == "reaction":
            return self._reaction(person, incoming, writing)
        if incoming.kind == "choice":
            return self._choice(person, conversation, incoming, key)
        if incoming.kind == "location":
            return self._location(conversation, incoming, key)
        code = code_in(incoming.text) if incoming.kind == "text" else None
        if code:
            return self._code(code, writing)
        if incoming.text and (incoming.kind == "text" or incoming.kind in MEDIA):
            return self._turn(conversation, key, text=incoming.text)
        kind = incoming.kind if incoming.kind in (*MEDIA, "contacts") else "unsupported"
        return menu(say(f"whatsapp.cannot_read.{kind}", writing), writing, topics(writing))

    def conversation_of(self, person: Person) -> Conversation:
        """The conversation of a person, opened when there is none."""
        with open_session() as session:
            if person.conversation_id:
                found = conversation_named(session, person.conversation_id)
                if found:
                    return found
            now = datetime.now(UTC)
            identifier = person.user_hash or person.phone_hash or ""
            opened = Conversation(
                id=self.hasher.conversation(identifier, now),
                channel="whatsapp",
                token_hash=hashed(new_token()),
                writing=person.writing,
                started_at=now,
                greeting=[],
            )
            open_whatsapp_conversation(session, person.id, opened)
            return opened

    def _turn(
        self,
        conversation: Conversation,
        key: str,
        *,
        text: str | None = None,
        pressed: str | None = None,
    ) -> Said:
        """The assistant's answer, by the same way as the website's."""
        most = settings().message_max_characters
        writing: Writing = conversation.writing  # type: ignore[assignment]
        if text and len(text) > most:
            return menu(say("error.too_long", writing, limit=most), writing)
        answered = take_in_and_answer(
            self.rasa,
            conversation.id,
            key,
            text=masked(text).text if text else text,
            payload=pressed,
        )
        writing = answered.writing  # type: ignore[assignment]
        bodies = [
            body
            for position, message in enumerate(answered.messages)
            for body in outgoing_payloads(message, writing, place=f"{answered.turn_id}:{position}")
        ]
        return Said(writing, bodies, answered.turn_id)

    def _choice(
        self, person: Person, conversation: Conversation, incoming: Incoming, key: str
    ) -> Said:
        writing: Writing = conversation.writing  # type: ignore[assignment]
        name, _, rest = incoming.choice.removeprefix(OURS).partition(":")
        if incoming.choice.startswith(OURS):
            if name == "more":
                return self._more(conversation, rest, writing) or self._turn(
                    conversation, key, text=incoming.text
                )
            if name == "join":
                return self._join(person, rest, writing)
            words = "whatsapp.kept" if name == "keep" else "whatsapp.not_joined"
            return menu(say(words, writing), writing, topics(writing))
        if incoming.choice == choice_id(ERASE_CONFIRMED):
            return Said(writing, control=True, erase=True)
        with open_session() as session:
            offered = offered_choices(session, conversation.id)
        offered |= {b.payload: b.title for b in (*topics(writing), human(writing))}
        for pressed, title in offered.items():
            if choice_id(pressed) == incoming.choice:
                return self._turn(conversation, key, text=title, pressed=pressed)
        # An old button of a conversation that was erased since: its title says what was meant.
        return self._turn(conversation, key, text=incoming.text or "?")

    def _more(self, conversation: Conversation, place: str, writing: Writing) -> Said | None:
        """The choices that come after those shown, None when there are none any more."""
        parts = place.split(":")
        if len(parts) != 3 or not all(part.isdigit() for part in parts):
            return None
        turn_id, position, offset = (int(part) for part in parts)
        with open_session() as session:
            turn = session.get(Turn, turn_id)
        if turn is None or turn.conversation_id != conversation.id:
            return None
        messages = turn.reply or []
        if position >= len(messages) or offset >= len(messages[position].get("buttons", ())):
            return None
        place = f"{turn_id}:{position}"
        return Said(
            writing, outgoing_payloads(messages[position], writing, place=place, offset=offset)
        )

    def _location(self, conversation: Conversation, incoming: Incoming, key: str) -> Said:
        writing: Writing = conversation.writing  # type: ignore[assignment]
        province = nearest_province(incoming.latitude or 0, incoming.longitude or 0)
        if province is None:
            return menu(say("whatsapp.outside_region", writing), writing, topics(writing))
        # As if the person had written its name; where exactly they are goes no further than here.
        return self._turn(conversation, key, text=say(f"province.{province}", writing))

    def _reaction(self, person: Person, incoming: Incoming, writing: Writing) -> Said:
        """A thumb on an answer is feedback; any other reaction says nothing to answer."""
        verdict = VERDICTS.get(incoming.emoji[:1])
        with open_session() as session:
            answered = answered_turn(session, person.id, self.hasher.message(incoming.choice))
        if verdict is None or answered is None:
            return silence(writing)

        def note(session: Session) -> None:
            give_feedback(
                session,
                session.get_one(Turn, answered.id),
                verdict=verdict,
                reason=None,
                comment=None,
                at=datetime.now(UTC),
            )

        if verdict == "helpful":
            return silence(writing, note)
        said = menu(say("whatsapp.not_helpful", writing), writing, (human(writing),))
        return Said(writing, said.bodies, also=note)

    def _system(self, person: Person, incoming: Incoming, writing: Writing) -> Said:
        """A new number is noted and changes nothing else: the conversation stays the person's."""
        phone = incoming.new_phone
        if not phone:
            return silence(writing)
        phone_hash = self.hasher.of("phone", phone)
        return silence(writing, lambda session: change_phone(session, person.id, phone, phone_hash))

    def _command(
        self, person: Person, conversation: Conversation, command: str, writing: Writing
    ) -> Said:
        if command == "stop":
            if person.state == "stopped":
                return silence(writing)
            start = Button(say("whatsapp.start_button", writing), START)
            said = menu(say("whatsapp.stopped", writing), writing, (start,))

            def stop(session: Session) -> None:
                drop_waiting(session, person.id)
                session.get_one(Person, person.id).state = "stopped"

            return Said(writing, said.bodies, control=True, also=stop)
        if command == "start" and person.state == "stopped":
            said = menu(say("whatsapp.started", writing), writing, topics(writing))

            def start_again(session: Session) -> None:
                session.get_one(Person, person.id).state = "active"

            return Said(writing, said.bodies, control=True, also=start_again)
        if command == "erase":
            buttons = (
                Button(say("whatsapp.erase_button", writing), ERASE_CONFIRMED),
                Button(say("whatsapp.keep_button", writing), KEEP),
            )
            said = menu(say("whatsapp.erase_ask", writing), writing, buttons)
            return Said(writing, said.bodies, control=True)
        if person.state == "stopped":
            return silence(writing)
        if command == "website":
            return self._website_code(conversation, writing)
        return menu(say("whatsapp.started", writing), writing, topics(writing))

    def _code(self, code: str, writing: Writing) -> Said:
        """Asks whether to go on with the conversation that a code from the website carries."""
        with open_session() as session:
            carried = conversation_of_code(
                session, hashed_code(code), towards="whatsapp", now=datetime.now(UTC)
            )
        if carried is None:
            return menu(say("whatsapp.code_unknown", writing), writing, topics(writing))
        buttons = (
            Button(say("whatsapp.join_button", writing), f"{JOIN}:{code}"),
            Button(say("whatsapp.no_join_button", writing), STAY),
        )
        return menu(say("whatsapp.join_ask", writing), writing, buttons)

    def _join(self, person: Person, code: str, writing: Writing) -> Said:
        """The person agreed: from now on they speak in the conversation of the website."""
        now = datetime.now(UTC)
        with open_session() as session:
            carried = conversation_of_code(session, hashed_code(code), towards="whatsapp", now=now)
        if carried is None:
            return menu(say("whatsapp.code_unknown", writing), writing, topics(writing))

        def join(session: Session) -> None:
            if use_code(session, hashed_code(code), towards="whatsapp", now=now):
                join_conversation(session, person.id, carried)

        said = menu(say("whatsapp.joined", writing), writing)
        return Said(writing, said.bodies, also=join)

    def _website_code(self, conversation: Conversation, writing: Writing) -> Said:
        """A code by which the conversation goes on in a browser."""
        code = new_code()
        expires_at = datetime.fromtimestamp(datetime.now(UTC).timestamp() + CODE_MINUTES * 60, UTC)
        words = say("whatsapp.website_code", writing, code=shown(code), link=settings().public_url)

        def keep(session: Session) -> None:
            store_code(
                session, hashed_code(code), conversation.id, towards="web", expires_at=expires_at
            )

        return Said(writing, menu(words.strip(), writing).bodies, also=keep)


def human(writing: Writing) -> Button:
    """The way to an adviser."""
    return Button(say("button.human", writing), payload("ask_human"))


def menu(text: str, writing: Writing, buttons: tuple[Button, ...] = ()) -> Said:
    """A message of the channel itself."""
    message = Reply("answered", writing, (Message(text, buttons),)).as_dict()["messages"][0]
    return Said(writing, outgoing_payloads(message, writing))
