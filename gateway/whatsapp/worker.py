"""The worker: takes a person of whom something is due, answers, and sends, in order.

**Exactly one answer.** A message is known by the hash of its id, once. What is said to it enters
the outbox in the transaction that marks it handled, under a unique key. Meta has no idempotency key
for sending; so a message is marked `sending` before Meta is called. When the outcome is not known
(the process died, the connection broke), it is neither sent again at once nor given up: its key
travels as `biz_opaque_callback_data` and comes back with Meta's statuses. A status within
`WHATSAPP_RECONCILE_SECONDS` settles it; without one Meta never had it, and it is sent again.
"""

import json
import logging
import threading
import time
import traceback
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from answers.figures import date_text
from answers.words import say
from database.session import open_session
from database.tables import Conversation
from database.vocabulary import Writing
from database.whatsapp import (
    InboxMessage,
    OutboxMessage,
    Person,
    ToSend,
    begin_leaving,
    begin_sending,
    callbacks_to_remind,
    channel,
    claim_person,
    end_leaving,
    erasure_of,
    forget_old,
    keep_hold,
    let_person_go,
    next_inbox,
    next_outbox,
    note_attempt,
    pause,
    postpone_inbox,
    put_out,
    send_again,
    settle_inbox,
    settle_outbox,
    staff_words_to_send,
)
from gateway.erasure import erase, receipt_text
from gateway.inbox import ConversationErased
from gateway.rasa_client import AssistantAway, RasaClient
from gateway.whatsapp.handling import Handler, Said, menu
from gateway.whatsapp.identity import hasher
from gateway.whatsapp.receiving import Incoming
from gateway.whatsapp.rendering import (
    Body,
    envelope,
    outgoing_payloads,
    template_message,
    text_message,
)
from gateway.whatsapp.sending import ATTEMPTS, STOP_CODES, Graph, SendFailure, wait_before
from settings import Settings

logger = logging.getLogger(__name__)

WINDOW = timedelta(hours=24)
OUTSIDE_WINDOW = 131047
# One message per six seconds to the same person in the long run, 45 at once at most.
PACE, BURST = timedelta(seconds=6), 40
# A message may overtake the one before it on its way to us: the answer waits this long for it.
SETTLE = timedelta(seconds=0.4)
IDLE_SECONDS = 0.2
LEASE = timedelta(seconds=40)
STUMBLES = 5
AWAY_NOTICE_AFTER = timedelta(seconds=60)
PAUSE = timedelta(minutes=15)
CHORES_SECONDS = 5.0
# Meta redelivers for seven days.
REMEMBERED = timedelta(days=8)


class LeaseLost(Exception):
    """Another worker serves this person by now."""


def content_of(incoming: Incoming) -> str:
    """A message as it is kept until it is handled; who sent it is kept with the person."""
    kept = {
        name: value
        for name, value in vars(incoming).items()
        if value not in ("", None) and name not in ("phone", "user_id", "sent_at", "kind")
    }
    return json.dumps(kept, ensure_ascii=False)


def incoming_of(row: InboxMessage) -> Incoming:
    """The message that a row holds."""
    kept = json.loads(row.content or "{}")
    return Incoming(phone=None, user_id=None, sent_at=row.sent_at, kind=row.kind, **kept)


@dataclass
class Worker:
    """Serves one person at a time; any number may work side by side."""

    rasa: RasaClient
    graph: Graph
    settings: Settings
    holder: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def reconcile(self) -> timedelta:
        """How long Meta's word on a message that was cut off is awaited."""
        return timedelta(seconds=self.settings.whatsapp_reconcile_seconds)

    def work_once(self) -> bool:
        """Serve one person, if something is due of anybody."""
        now = datetime.now(UTC)
        with open_session() as session:
            person = claim_person(session, holder=self.holder, now=now, until=now + LEASE)
        if person is None:
            return False
        try:
            self._serve(person)
        except LeaseLost:
            return True
        with open_session() as session:
            let_person_go(session, person.id, self.holder, reconcile=self.reconcile)
        return True

    def _serve(self, person: Person) -> None:
        if person.state == "leaving":
            self._leave(person)
            return
        while True:
            with open_session() as session:
                row = next_inbox(session, person.id)
                person = session.get_one(Person, person.id)
            if row is None or row.due_at > datetime.now(UTC):
                break
            self._keep_hold(person)
            if not self._answer(person, row):
                break
            if person.state != "leaving":
                self._send_due(person.id)
        if person.state == "leaving":
            self._leave(person)
        else:
            self._send_due(person.id)

    def _answer(self, person: Person, row: InboxMessage) -> bool:
        """Handle one message; False when it must wait, and those behind it with it."""
        try:
            incoming = incoming_of(row)
            if person.state == "active" and incoming.kind not in ("reaction", "system"):
                self.graph.mark_read(incoming.wamid, typing=True)
            said = Handler(self.rasa, hasher()).handle(person, incoming, row.key)
        except ConversationErased:
            return False
        except AssistantAway as away:
            self._wait_for_assistant(person, row, away)
            return False
        except Exception as error:
            return self._stumbled(person, row, error)
        self._settle(person, row, said)
        return True

    def _settle(self, person: Person, row: InboxMessage, said: Said) -> None:
        """Put what is said in the outbox and mark the message handled, at once."""
        now = datetime.now(UTC)
        if said.erase:
            with open_session() as session:
                begin_leaving(session, person.id, row.id)
            person.state = "leaving"
            return
        with open_session() as session:
            if said.also:
                said.also(session)
            kept = session.get(Person, person.id)
            if kept is None:
                return
            bodies = list(said.bodies)
            kept.writing = said.writing
            if not kept.greeted and bodies and not said.control:
                kept.greeted = True
                bodies = [notice(session, kept, said.writing), *bodies]
            kind = "control" if said.control else "answer"
            messages = [
                ToSend(f"{row.key}-{part}", kind, json.dumps(body), said.turn_id)
                for part, body in enumerate(bodies, start=1)
            ]
            settle_inbox(session, row.id, person.id, messages, now=now)

    def _wait_for_assistant(self, person: Person, row: InboxMessage, away: AssistantAway) -> None:
        """Try again later; after a minute, tell once that the message is kept."""
        now = datetime.now(UTC)
        with open_session() as session:
            wait = min(wait_before(row.attempts + 1), 15.0)
            postpone_inbox(session, row.id, until=now + timedelta(seconds=wait))
            if now - row.received_at > AWAY_NOTICE_AFTER and person.state == "active":
                writing: Writing = away.writing or person.writing  # type: ignore[assignment]
                words = text_message(say("assistant_away", writing))
                put_out(
                    session,
                    person.id,
                    ToSend(f"{row.key}-away", "notice", json.dumps(words)),
                    now=now,
                )
        self._send_due(person.id)

    def _stumbled(self, person: Person, row: InboxMessage, error: Exception) -> bool:
        """A mistake of ours: try again a few times, then apologise rather than stay silent."""
        logger.error("WhatsApp message %s failed: %s", row.id, described(error))
        now = datetime.now(UTC)
        with open_session() as session:
            wait = timedelta(seconds=wait_before(row.attempts + 1))
            times = postpone_inbox(session, row.id, until=now + wait)
        if times < STUMBLES:
            return False
        writing: Writing = person.writing  # type: ignore[assignment]
        self._settle(person, row, menu(say("failed", writing), writing))
        return True

    def _leave(self, person: Person) -> None:
        """Erase the conversations of a person, send the receipt, and forget who it was."""
        receipts = []
        for conversation_id in person.past:
            erase(self.rasa, conversation_id)
            with open_session() as session:
                erasure = erasure_of(session, conversation_id)
            if erasure:
                receipts.append(erasure)
        now = datetime.now(UTC)
        writing: Writing = person.writing  # type: ignore[assignment]
        if receipts:
            body = text_message(receipt_text(receipts[-1], writing))
            to_send = ToSend(f"erased-{receipts[-1].id}", "control", json.dumps(body))
            with open_session() as session:
                put_out(session, person.id, to_send, now=now)
        self._send_due(person.id)
        with open_session() as session:
            if next_outbox(session, person.id) is None:
                end_leaving(session, person.id)

    def _send_due(self, person_id: int) -> None:
        """Send what is due to a person, in order, until something must wait."""
        while True:
            with open_session() as session:
                row = next_outbox(session, person_id)
                person = session.get(Person, person_id)
                paused_until = channel(session).paused_until if row else None
            now = datetime.now(UTC)
            if row is None or person is None:
                return
            if row.state == "sending":
                if row.called_at and now < row.called_at + self.reconcile:
                    return
                with open_session() as session:
                    note_attempt(session, row.id, at=now, outcome="unsure")
                    send_again(session, row.id, at=now)
                continue
            if row.due_at > now:
                return
            if not self._may_be_sent(person, row, now):
                continue
            hold_until = max(paused_until or now, self._free_at(person, now))
            if hold_until > now:
                with open_session() as session:
                    send_again(session, row.id, at=hold_until)
                return
            self._keep_hold(person)
            self._send(person, row)

    def _may_be_sent(self, person: Person, row: OutboxMessage, now: datetime) -> bool:
        """Whether a message may still go to a person; one that may not is dropped."""
        code = None
        if now - person.last_message_at > WINDOW and row.kind != "reminder":
            code = OUTSIDE_WINDOW
        elif not (person.state == "stopped" and row.kind != "control"):
            return True
        with open_session() as session:
            settle_outbox(session, row.id, "dropped", at=now, code=code)
        return False

    def _free_at(self, person: Person, now: datetime) -> datetime:
        """When the pair rate lets the next message go (generic cell rate algorithm)."""
        return (person.paced_until or now) - PACE * BURST

    def _send(self, person: Person, row: OutboxMessage) -> None:
        now = datetime.now(UTC)
        with open_session() as session:
            if not begin_sending(session, row.id, now=now):
                return
            kept = session.get_one(Person, person.id)
            kept.paced_until = max(kept.paced_until or now, now) + PACE
        payload = envelope(person.phone, person.user_id, row.key, json.loads(row.body or "{}"))
        try:
            wamid = self.graph.send(payload)
        except SendFailure as failure:
            self._failed(row, failure)
            return
        with open_session() as session:
            note_attempt(session, row.id, at=now, outcome="sent", status=200)
            settle_outbox(
                session,
                row.id,
                "sent",
                at=datetime.now(UTC),
                wamid_hash=hasher().message(wamid),
            )

    def _failed(self, row: OutboxMessage, failure: SendFailure) -> None:
        """Note a failure, and what it means for the message."""
        now = datetime.now(UTC)
        attempt = row.attempts + 1
        with open_session() as session:
            note_attempt(
                session,
                row.id,
                at=now,
                outcome=failure.outcome,
                status=failure.status,
                code=failure.code,
                trace=failure.trace,
            )
            if failure.outcome == "unsure":
                return  # it stays `sending` until Meta's status, or the lack of one, tells
            if failure.outcome == "stop":
                pause(session, until=now + PAUSE, code=failure.code)
                send_again(session, row.id, at=now + PAUSE, code=failure.code)
            elif failure.outcome == "never" or attempt >= ATTEMPTS:
                settle_outbox(session, row.id, "failed", at=now, code=failure.code)
            else:
                wait = timedelta(seconds=wait_before(attempt, failure.code))
                send_again(session, row.id, at=now + wait, code=failure.code)
        if failure.outcome == "stop":
            why = STOP_CODES.get(failure.code or 0, "not authorised")
            logger.critical("WhatsApp sending is paused: %s (%s)", why, failure)
        else:
            logger.warning("WhatsApp message %s was not sent: %s", row.id, failure)

    def _keep_hold(self, person: Person) -> None:
        until = datetime.now(UTC) + LEASE
        with open_session() as session:
            if not keep_hold(session, person.id, self.holder, until=until):
                raise LeaseLost


def notice(session: Any, person: Person, writing: Writing) -> Body:
    """The privacy notice at first contact; it also opens the conversation as staff sees it."""
    said = menu(say("whatsapp.privacy_notice", writing), writing)
    conversation = session.get(Conversation, person.conversation_id or "")
    if conversation is not None and not conversation.greeting:
        conversation.greeting = [
            {
                "id": "greeting-1",
                "text": say("whatsapp.privacy_notice", writing),
                "language": writing,
                "direction": "rtl" if writing == "ary-Arab" else "ltr",
                "buttons": [],
                "card": None,
                "sources": [],
                "certainty": None,
            }
        ]
    return said.bodies[0]


def put_staff_words_out() -> int:
    """Put in the outbox what the staff said; how many messages."""
    now = datetime.now(UTC)
    with open_session() as session:
        waiting = staff_words_to_send(session)
        for person, utterance in waiting:
            writing: Writing = person.writing  # type: ignore[assignment]
            bodies = outgoing_payloads(utterance.staff or {}, writing)
            for part, body in enumerate(bodies, start=1):
                key = f"staff-{utterance.conversation_id}-{utterance.number}-{part}"
                put_out(session, person.id, ToSend(key, "staff", json.dumps(body)), now=now)
            person.staff_through = max(person.staff_through, utterance.number)
    return len(waiting)


def put_reminders_out(template: str, *, on: date) -> int:
    """Put in the outbox the reminders of call-backs due on this day; how many."""
    now = datetime.now(UTC)
    with open_session() as session:
        waiting = callbacks_to_remind(session, on=on)
        for person, callback in waiting:
            writing: Writing = callback.writing  # type: ignore[assignment]
            body = template_message(template, writing, [date_text(on.isoformat(), writing)])
            key = f"callback-{callback.id}"
            put_out(session, person.id, ToSend(key, "reminder", json.dumps(body)), now=now)
    return len(waiting)


class WorkerThread(threading.Thread):
    """A worker that works until stopped."""

    def __init__(self, worker: Worker, *, chores: bool) -> None:
        super().__init__(name="whatsapp-worker", daemon=True)
        self.worker, self.chores = worker, chores
        self._stopped = threading.Event()
        self._chores_at = 0.0

    def run(self) -> None:
        """Work while there is work, else look again shortly."""
        while not self._stopped.is_set():
            try:
                if self.chores and time.monotonic() > self._chores_at:
                    self._chores_at = time.monotonic() + CHORES_SECONDS
                    self._do_chores()
                if not self.worker.work_once():
                    self._stopped.wait(IDLE_SECONDS)
            except Exception as error:
                logger.error("a WhatsApp worker failed and goes on: %s", described(error))
                self._stopped.wait(1)

    def _do_chores(self) -> None:
        put_staff_words_out()
        template = self.worker.settings.whatsapp_reminder_template
        if template:
            put_reminders_out(template, on=date.today())
        with open_session() as session:
            forget_old(session, before=datetime.now(UTC) - REMEMBERED)

    def stop(self) -> None:
        """End after the present person."""
        self._stopped.set()


def start_workers(rasa: RasaClient, settings: Settings) -> list[WorkerThread]:
    """Start the workers of this process."""
    graph = Graph.from_settings(settings)
    threads = [
        WorkerThread(Worker(rasa, graph, settings), chores=number == 0)
        for number in range(settings.whatsapp_workers)
    ]
    for thread in threads:
        thread.start()
    return threads


def described(error: BaseException) -> str:
    """An error by its kind and place: what it says may hold what a person wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    if ours and frames and ours[-1] is not frames[-1]:
        place += f", called from {ours[-1].filename}:{ours[-1].lineno}"
    return f"{type(error).__name__}{place}"
