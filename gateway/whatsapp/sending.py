"""Meta's Cloud API: one call per message, and what each failure means for the message.

https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from dataclasses import dataclass
from random import uniform
from typing import Any, Literal

import requests
from requests.adapters import HTTPAdapter

from settings import Settings

# later: Meta took nothing, try again. unsure: it may have taken it. never: it will not, whenever
# tried. stop: it will not from us, whoever the message is for; somebody must be told.
Outcome = Literal["later", "unsure", "never", "stop"]

STOP_CODES = {
    0: "the access token cannot be checked",
    10: "permission missing",
    190: "the access token is not valid any more",
    368: "blocked for a breach of policy",
    131005: "permission missing",
    131031: "the account is locked",
    131042: "payment method missing",
    131045: "the number is not registered",
    131048: "too many messages of ours were reported as spam",
    133010: "the number is not registered",
}
LATER_CODES = {1, 2, 4, 80007, 130429, 130497, 131000, 131016, 131056, 131057, 133004}
PAIR_RATE = 131056
CONNECT_SECONDS, READ_SECONDS, READ_RECEIPT_SECONDS = 3.05, 10, 3
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 600.0
ATTEMPTS = 12


class SendFailure(Exception):
    """A message that was not sent, or perhaps was; nothing in it tells of the person."""

    def __init__(
        self,
        outcome: Outcome,
        status: int | None = None,
        code: int | None = None,
        trace: str | None = None,
    ) -> None:
        super().__init__(f"{outcome}: status {status}, code {code}")
        self.outcome, self.status, self.code, self.trace = outcome, status, code, trace


def outcome_of(status: int, code: int | None) -> Outcome:
    """What an answer of Meta that is no success means for the message."""
    if code in STOP_CODES or status == 401:
        return "stop"
    if code in LATER_CODES or status == 429 or (status >= 500 and code is None):
        return "later"
    # A 5xx that carries another code says what is wrong with the message.
    return "later" if status >= 500 and code not in (131026, 131051) else "never"


def wait_before(attempt: int, code: int | None = None) -> float:
    """Seconds to wait after attempt number `attempt`: exponential, with full jitter on top.

    For the rate per person Meta asks for powers of four.
    """
    growth = 4 if code == PAIR_RATE else 2
    wait: float = min(FIRST_WAIT_SECONDS * growth ** (attempt - 1), LONGEST_WAIT_SECONDS)
    return wait + uniform(0, wait)


@dataclass(frozen=True)
class Graph:
    """Meta's Graph API for one number."""

    url: str
    token: str
    phone_number_id: str
    http: requests.Session

    @classmethod
    def from_settings(cls, settings: Settings) -> "Graph":
        """The API with connections kept open."""
        http = requests.Session()
        # No proxy and no .netrc of the machine: what is sent is for Meta alone.
        http.trust_env = False
        # A call is never repeated behind our back: it would send twice.
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=16, max_retries=0)
        http.mount("http://", adapter)
        http.mount("https://", adapter)
        return cls(
            settings.whatsapp_graph_url.rstrip("/"),
            settings.whatsapp_access_token.get_secret_value(),
            settings.whatsapp_phone_number_id,
            http,
        )

    def send(self, payload: dict[str, Any]) -> str:
        """Send a message; its id. Raises `SendFailure`."""
        try:
            response = self._call("POST", f"{self.phone_number_id}/messages", payload)
        except requests.ConnectTimeout:
            raise SendFailure("later") from None
        except requests.ConnectionError as error:
            raise SendFailure("later" if _was_refused(error) else "unsure") from None
        except requests.RequestException:
            raise SendFailure("unsure") from None
        body = _json_of(response)
        if response.ok:
            messages = body.get("messages")
            if isinstance(messages, list) and messages and "id" in messages[0]:
                return str(messages[0]["id"])
            raise SendFailure("unsure", response.status_code)
        said = body.get("error")
        told = said if isinstance(said, dict) else {}
        code = told.get("code") if isinstance(told.get("code"), int) else None
        trace = str(told.get("fbtrace_id") or "")[:64] or None
        raise SendFailure(outcome_of(response.status_code, code), response.status_code, code, trace)

    def mark_read(self, wamid: str, *, typing: bool) -> None:
        """Turn the ticks blue and show that an answer is being written, for 25 s or until it comes.

        https://developers.facebook.com/documentation/business-messaging/whatsapp/typing-indicators
        A courtesy: a failure is nobody's trouble.
        """
        receipt: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": wamid,
        }
        if typing:
            receipt["typing_indicator"] = {"type": "text"}
        try:
            path = f"{self.phone_number_id}/messages"
            self._call("POST", path, receipt, seconds=READ_RECEIPT_SECONDS)
        except requests.RequestException:
            return

    def number(self) -> dict[str, Any]:
        """What Meta knows of the number, or its error. Raises `requests.RequestException`."""
        fields = "display_phone_number,verified_name,quality_rating,code_verification_status,status"
        return _json_of(self._call("GET", f"{self.phone_number_id}?fields={fields}"))

    def _call(
        self, method: str, path: str, json: Any = None, *, seconds: float = READ_SECONDS
    ) -> requests.Response:
        return self.http.request(
            method,
            f"{self.url}/{path}",
            json=json,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=(CONNECT_SECONDS, seconds),
            allow_redirects=False,
        )


def _was_refused(error: requests.ConnectionError) -> bool:
    """Whether no connection came about at all, so that Meta cannot have taken the message."""
    names = {type(error).__name__}
    cause: BaseException | None = error
    reason = error.args[0] if error.args else None
    names.add(type(getattr(reason, "reason", None)).__name__)
    while cause is not None:
        names.add(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    return bool(names & {"NewConnectionError", "ConnectionRefusedError", "NameResolutionError"})


def _json_of(response: requests.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
