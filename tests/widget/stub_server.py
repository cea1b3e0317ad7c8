"""A small server that keeps the chat's contract, and fails on demand.

Standard library only. It speaks for the real one in the browser tests: same paths, same shapes, and
answers that are made up on purpose. `Stub.delay`, `Stub.away` and the like bring about what a real
network does; `stop()` and `start()` kill it and bring it back with its memory intact.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

WIDGET = Path(__file__).resolve().parents[2] / "widget"
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SOURCE = {
    "title": "Charte de l'investissement (SGG)",
    "url": "https://example.org/charte",
    "published": "2022-12",
    "checked_on": "2026-11-23",
}
SAID = {
    "greeting": {
        "fr": "Bonjour ! Je suis Dalil. Écrivez comme vous parlez.",
        "ary-Arab": "السلام! أنا دليل. كتب كيف ما كتهضر.",
        "ary-Latn": "Salam ! Ana Dalil. Kteb kif ma kathder.",
    },
    "privacy": {
        "fr": "Je suis un programme. Les numéros et les noms sont masqués. N'écrivez ni CIN ni RIB.",
        "ary-Arab": "أنا برنامج. النمرات والسميات كيتخباو. ما تكتبش لاكارط ولا RIB.",
        "ary-Latn": "Ana programme. Nmari w smiyat kaytkhbaw. Ma tktebch la carte wla RIB.",
    },
    "answer": {
        "fr": "Le taux d'essai est de 12 % pour « Prime d'essai ». Voir https://example.org/detail.",
        "ary-Arab": "النسبة ديال التجربة هي 12% ف «Prime d'essai»، وكتدفع الطلب ف CRI.",
        "ary-Latn": "Nisba dyal tajriba hiya 12% f « Prime d'essai ».",
    },
    "kept": {
        "fr": "L'assistant est indisponible. Votre message est gardé.",
        "ary-Arab": "المساعد ما خدامش دابا. الميساج ديالك محفوظ.",
        "ary-Latn": "Lmosa3id ma khddamch daba. Lmessage dyalek me7foud.",
    },
    "notice": {
        "fr": "que le CRI garde mon nom et mon contact pour me rappeler, puis les efface.",
        "ary-Arab": "باش CRI يحفظ السمية والنمرة ديالي باش يعيط ليا، ومن بعد يمسحهم.",
        "ary-Latn": "bach CRI y7fed smiyti w nmerti bach y3eyyet lia, w mn b3d ymse7hom.",
    },
    "too_long": {
        "fr": "Le message est trop long.",
        "ary-Arab": "الميساج طويل بزاف.",
        "ary-Latn": "Lmessage twil bezzaf.",
    },
}
TOPICS = {
    "fr": ("Les aides", "Créer une SARL", "Calculer mon aide"),
    "ary-Arab": ("المساعدات", "ندير SARL", "حسب ليا المساعدة"),
    "ary-Latn": ("Lmosa3adat", "Ndir SARL", "7seb liya lprime"),
}
PAYLOADS = ("/ask_list", "/ask_steps", "/simulate")


def writing_of(text: str) -> str:
    """The writing a text is in, roughly: enough for tests."""
    if any("\u0600" <= letter <= "\u06ff" for letter in text):
        return "ary-Arab"
    return "ary-Latn" if any(word in text for word in ("chno", "kifach", "7al")) else "fr"


def card_for(asked: str, writing: str) -> dict[str, Any] | None:
    """The card that a question or a button calls for."""
    arabic = writing == "ary-Arab"
    if "/ask_steps" in asked or "SARL" in asked:
        titles = ["شهادة سلبية", "القانون الأساسي"] if arabic else ["Certificat négatif", "Statuts"]
        steps = [
            {
                "title": title,
                "body": "OMPIC",
                "documents": ["CIN", "formulaire"],
                "cost": "10 DH",
                "delay": "1 j",
                "channel": "en ligne",
                "legal_reference": "loi 5-96",
                "detail": "",
            }
            for title in titles
        ]
        return {
            "type": "procedure",
            "title": "SARL",
            "steps": steps,
            "cost": "20 DH",
            "delay": "2 j",
        }
    if "compar" in asked or "قارن" in asked:
        return {
            "type": "comparison",
            "columns": ["Fès Shore", "Agropolis"],
            "rows": [
                {"title": "الثمن" if arabic else "Prix", "cells": ["120 DH/m²", "non publié"]},
                {"title": "المساحة" if arabic else "Superficie", "cells": ["10 ha", "130 ha"]},
            ],
        }
    if "/simulate" in asked or "calcul" in asked or "حسب" in asked:
        names = ("الشغل", "البلاصة", "القطاع") if arabic else ("Emploi", "Territoire", "Secteur")
        rates, doubts = (7, 15, 3), ("official", "single-press", "official")
        dirham = "درهم" if arabic else "DH"
        return {
            "type": "simulation",
            "title": "برنامج التجربة" if arabic else "Dispositif d'essai",
            "total": f"2\u202f500\u202f000 {dirham}",
            "low": f"2\u202f500\u202f000 {dirham}",
            "high": f"2\u202f500\u202f000 {dirham}",
            "bonuses": [
                {
                    "title": name,
                    "rate": f"{rate}%" if arabic else f"{rate}\u00a0%",
                    "rate_value": rate,
                    "amount": f"{rate}00\u202f000 {dirham}",
                    "amount_value": rate * 100_000,
                    "certainty": doubt,
                }
                for name, rate, doubt in zip(names, rates, doubts, strict=True)
            ],
            "cap": {
                "title": "الحد" if arabic else "Plafond",
                "rate": "30%" if arabic else "30\u00a0%",
                "rate_value": 30,
                "reached": False,
            },
            "conditions": [
                {"title": "أقل استثمار" if arabic else "Investissement minimal", "met": True},
                {"title": "الخدمة القارة" if arabic else "Emplois stables", "met": None},
                {"title": "الاتفاقية موقعة" if arabic else "Convention signée", "met": False},
            ],
            "next_step": "زيد جوج د الخدّامة."
            if arabic
            else "Deux emplois de plus donnent 10\u00a0%.",
            "link": "/calculateur?lang=fr",
        }
    if "contact" in asked or "نمرة" in asked:
        return {
            "type": "contact",
            "name": "CRI Fès-Meknès",
            "phone": "+212 5 35 65 20 57",
            "email": "info@fesmeknesinvest.ma",
            "address": "Fès",
            "website": "https://fesmeknesinvest.ma",
            "map": "https://www.openstreetmap.org/?mlat=34.03&mlon=-5",
        }
    return None


class Stub:
    """The server, its memory, and the ways it can be made to fail."""

    def __init__(self) -> None:
        self.delay = 0.0  # seconds before each answer
        self.rasa_away = False  # take messages with 202, answer on `bring_rasa_back`
        self.drop_replies = 0  # take that many messages, then cut the line without a word
        self.stream_refused = False
        self.seen: list[tuple[str, str, Any]] = []  # method, path, body of each call
        self.conversations: dict[str, dict[str, Any]] = {}
        self.port = 0
        self._events: dict[str, list[tuple[int, str, dict[str, Any]]]] = {}
        self._news = threading.Condition()
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen, on the same port as before when there was one."""
        handler = type("Handler", (_Handler,), {"stub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Hang up on everybody and stop listening."""
        server, self._server = self._server, None
        if server:
            server.shutdown()
            server.server_close()
        with self._news:
            self._news.notify_all()

    @property
    def running(self) -> bool:
        return self._server is not None

    def calls(self, method: str, ending: str) -> list[Any]:
        """The bodies of the calls of a method to paths with an ending."""
        return [body for verb, path, body in self.seen if verb == method and path.endswith(ending)]

    def publish(self, conversation_id: str, name: str, data: dict[str, Any]) -> int:
        """Put an event on a conversation's stream; its number."""
        with self._news:
            events = self._events.setdefault(conversation_id, [])
            events.append((len(events) + 1, name, data))
            self._news.notify_all()
            return len(events)

    def bring_rasa_back(self) -> None:
        """Answer every message that was kept."""
        self.rasa_away = False
        for conversation_id, held in self.conversations.items():
            for turn in held["turns"]:
                if turn["outcome"] is None:
                    self.answer(conversation_id, turn)

    def staff_says(self, conversation_id: str, text: str) -> None:
        """A person of the staff writes."""
        message = self.message(f"staff-{time.monotonic_ns()}", text, "fr")
        event = self.publish(conversation_id, "staff", {"message": message})
        self.conversations[conversation_id]["staff"].append({"event": event, "message": message})

    def answer(self, conversation_id: str, turn: dict[str, Any]) -> None:
        """Give a turn its reply."""
        asked = turn["payload"] or turn["text"]
        writing = turn["language"]
        card = card_for(asked, writing)
        said = SAID["answer"][writing]
        if card and card["type"] == "procedure":
            said = "En deux étapes :\n" + "\n".join(
                f"{n}. {step['title']}" for n, step in enumerate(card["steps"], 1)
            )
        if card and card["type"] == "simulation":
            said = f"{card['title']}\n💰 {card['total']}\n- {card['bonuses'][0]['title']} : 7 %"
        turn["outcome"] = "handed_over" if "conseiller" in asked else "answered"
        turn["messages"] = [
            self.message(
                f"{turn['message_id']}-1",
                said,
                writing,
                card=card,
                sources=[SOURCE, {**SOURCE, "url": None, "published": "~2025", "title": "الجريدة"}],
                certainty="single-press",
                buttons=[{"title": TOPICS[writing][1], "payload": PAYLOADS[1]}],
            )
        ]
        turn["event"] = self.publish(conversation_id, "reply", dict(turn))

    @staticmethod
    def message(identity: str, text: str, writing: str, **more: Any) -> dict[str, Any]:
        """One message in the shape of the contract."""
        direction = "rtl" if writing == "ary-Arab" else "ltr"
        empty = {"buttons": [], "card": None, "sources": [], "certainty": None}
        return (
            {"id": identity, "text": text, "language": writing, "direction": direction}
            | empty
            | more
        )


class _Handler(BaseHTTPRequestHandler):
    stub: Stub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Silence: the tests look at `Stub.seen`."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if not path.startswith("/api/"):
            return self._file("index.html" if path == "/" else path.removeprefix("/widget/"))
        self._api("GET", path)

    def do_POST(self) -> None:
        self._api("POST", self.path)

    def do_PATCH(self) -> None:
        self._api("PATCH", self.path)

    def do_DELETE(self) -> None:
        self._api("DELETE", self.path)

    def _api(self, method: str, path: str) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
        self.stub.seen.append((method, path, body))
        time.sleep(self.stub.delay)
        if not self.stub.running:
            self.close_connection = True
            return
        parts = path.removeprefix("/api/").split("/")
        if parts[0] == "notices":
            return self._json(
                200, {"version": "2026-11-23", "text": SAID["notice"][self._language()]}
            )
        if len(parts) == 1:
            return self._open(body)
        held = self.stub.conversations.get(parts[1])
        if held is None:
            return self._error(
                404, "unknown_conversation", "Cette conversation n'existe pas ou a été effacée."
            )
        if self.headers.get("Authorization") != f"Bearer {held['token']}":
            return self._error(401, "not_yours", "Le jeton manque.")
        self._conversation(method, parts[1], parts[2:], held, body)

    def _conversation(
        self, method: str, identity: str, rest: list[str], held: dict[str, Any], body: Any
    ) -> None:
        match method, rest:
            case "GET", ["messages"]:
                self._json(
                    200,
                    {
                        **held,
                        "conversation_id": identity,
                        "last_event": len(self.stub._events.get(identity, ())),
                    },
                )
            case "POST", ["messages"]:
                self._message(identity, held, body)
            case "POST", ["messages", _, "feedback"]:
                self._json(200, {"status": "ok"})
            case "GET", ["stream"]:
                self._stream(identity)
            case "GET", ["transcript.txt" | "transcript.pdf"]:
                self._send(200, b"Dalil", "text/plain")
            case "POST", ["callback"]:
                if body["name"] == "Refusée":
                    return self._error(422, "bad_request", "Ce numéro n'est pas joignable.")
                self._json(201, {"id": "rappel-1", "due": "2026-11-25"})
            case "PATCH", []:
                held["language"] = body["language"]
                self._json(200, {"language": body["language"]})
            case "DELETE", []:
                del self.stub.conversations[identity]
                receipt = {"id": "recu-1", "erased_at": "2026-11-23T10:00:00Z", "what": []}
                self._json(
                    200, {"receipt": receipt, "text": "Conversation effacée. Reçu n° recu-1."}
                )
            case _:
                self._error(404, "not_found", "Cette page n'existe pas.")

    def _open(self, body: Any) -> None:
        writing = (body or {}).get("language") or "fr"
        identity, token = f"c{len(self.stub.conversations) + 1}-{time.monotonic_ns()}", "secret"
        buttons = [
            {"title": t, "payload": p} for t, p in zip(TOPICS[writing], PAYLOADS, strict=True)
        ]
        greeting = [
            Stub.message("greeting-1", SAID["greeting"][writing], writing),
            Stub.message("greeting-2", SAID["privacy"][writing], writing, buttons=buttons),
        ]
        self.stub.conversations[identity] = {
            "token": token,
            "language": writing,
            "greeting": greeting,
            "turns": [],
            "staff": [],
        }
        self._json(
            201,
            {
                "conversation_id": identity,
                "token": token,
                "language": writing,
                "messages": greeting,
            },
        )

    def _message(self, identity: str, held: dict[str, Any], body: Any) -> None:
        text = body.get("text")
        if text and len(text) > 1500:
            return self._error(422, "too_long", SAID["too_long"][self._language()])
        turn = next((t for t in held["turns"] if t["message_id"] == body["message_id"]), None)
        titles = dict(zip(PAYLOADS, TOPICS[held["language"]], strict=True))
        if turn is None:
            turn = {
                "message_id": body["message_id"],
                "text": text or titles.get(body["payload"]),
                "payload": body.get("payload"),
                "event": None,
                "feedback": None,
                "received_at": "2026-11-23T10:00:00Z",
                "outcome": None,
                "messages": [],
                "language": writing_of(text) if text else held["language"],
            }
            held["turns"].append(turn)
        if self.stub.drop_replies:
            self.stub.drop_replies -= 1
            self.close_connection = True
            self.connection.close()
            return
        if self.stub.rasa_away and turn["outcome"] is None:
            kept = Stub.message(
                f"{turn['message_id']}-kept", SAID["kept"][turn["language"]], turn["language"]
            )
            return self._json(202, {**turn, "messages": [kept]})
        if turn["outcome"] is None:
            self.stub.publish(identity, "typing", {"message_id": turn["message_id"]})
            self.stub.answer(identity, turn)
        self._json(200, turn)

    def _stream(self, identity: str) -> None:
        if self.stub.stream_refused:
            return self._error(503, "internal", "Plus tard.")
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        held = self.stub._events.setdefault(identity, [])
        sent = int(self.headers.get("Last-Event-ID") or 0)
        self.wfile.write(b": hello\n\n")
        while self.stub.running and identity in self.stub.conversations:
            for number, name, data in self._after(held, sent):
                text = json.dumps(data, ensure_ascii=False)
                try:
                    self.wfile.write(f"id: {number}\nevent: {name}\ndata: {text}\n\n".encode())
                except OSError:
                    return
                sent = number

    def _after(self, held: list[Any], sent: int) -> Iterator[Any]:
        with self.stub._news:
            if len(held) <= sent:
                self.stub._news.wait(0.5)
            return iter(held[sent:])

    def _language(self) -> str:
        tag = self.headers.get("Accept-Language", "fr").split(",")[0]
        return tag if tag in SAID["notice"] else "fr"

    def _file(self, name: str) -> None:
        path = (WIDGET / name).resolve()
        if not path.is_file() or WIDGET not in path.parents:
            return self._error(404, "not_found", "Cette page n'existe pas.")
        self._send(200, path.read_bytes(), TYPES.get(path.suffix, "text/plain"))

    def _error(self, status: int, code: str, message: str) -> None:
        self._json(status, {"error": {"code": code, "message": message}})

    def _json(self, status: int, body: Any) -> None:
        self._send(status, json.dumps(body, ensure_ascii=False).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # the visitor hung up


@contextmanager
def serving() -> Iterator[Stub]:
    """A stub that listens for as long as the block lasts."""
    stub = Stub()
    stub.start()
    try:
        yield stub
    finally:
        stub.stop()


if __name__ == "__main__":
    with serving() as shown:
        print(shown.url, flush=True)
        threading.Event().wait()
