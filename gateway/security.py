"""What browsers are told about our pages: what they may load, and who may frame or call them."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWN_FILES_ONLY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": OWN_FILES_ONLY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# A year, as browsers' own lists ask for; said over HTTPS alone.
ONLY_HTTPS = "max-age=31536000; includeSubDomains"
# What a page on another site may send to the API, once its origin is allowed.
CALL_METHODS = ["GET", "POST", "PATCH", "DELETE"]
CALL_HEADERS = ["Authorization", "Content-Type", "Accept-Language", "Last-Event-ID"]
READABLE_HEADERS = ["Retry-After", "Content-Disposition"]


class SecurityHeaders:
    """Adds the headers to every response that does not set its own; conversations are not cached."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = ONLY_HTTPS
                if scope["path"].startswith("/api/conversations"):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self.app(scope, receive, send_secured)
