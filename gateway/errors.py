"""Errors in one shape, `{"error": {"code", "message"}}`, in the person's writing."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from answers.words import say
from database.vocabulary import WRITINGS, Writing

CODES = {404: "not_found", 405: "not_allowed"}


class Refusal(Exception):
    """A request that cannot be served: status, code of a response, and the values it names."""

    def __init__(
        self,
        status: int,
        code: str,
        writing: Writing | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ):
        super().__init__(code)
        self.status, self.code, self.writing = status, code, writing
        self.headers, self.values = headers, values


def preferred_writing(request: Request) -> Writing:
    """The writing of the caller's conversation, else the one that the browser asks for."""
    known: Writing | None = getattr(request.state, "writing", None)
    return known or writing_asked(request.headers.get("accept-language", ""))


def writing_asked(accept_language: str) -> Writing:
    """The writing asked for by `Accept-Language`: Arabic where it comes first, else French."""
    first = accept_language.split(",")[0].strip()
    if first in WRITINGS:
        return first
    return "ary-Arab" if first.lower().startswith(("ar", "ary")) else "fr"


def error_response(
    status: int,
    code: str,
    writing: Writing,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> JSONResponse:
    """One error."""
    message = say(f"error.{code}", writing, **values)
    # What is quoted of a broken request may be no text at all.
    message = message.encode("utf-8", "replace").decode()
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)


def install_error_handlers(app: FastAPI) -> None:
    """Give every error of `app` the one shape."""

    @app.exception_handler(Refusal)
    async def refused(request: Request, error: Refusal) -> JSONResponse:
        writing = error.writing or preferred_writing(request)
        return error_response(error.status, error.code, writing, error.headers, **error.values)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        writing = preferred_writing(request)
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return error_response(400, "bad_json", writing)
        detail = f"{'.'.join(map(str, first['loc'][1:]))}: {first['msg']}"
        return error_response(422, "bad_request", writing, detail=detail)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        code = CODES.get(error.status_code, "internal")
        if 400 <= error.status_code < 500 and error.status_code not in CODES:
            detail = str(error.detail)
            return error_response(
                error.status_code, "bad_request", preferred_writing(request), detail=detail
            )
        return error_response(error.status_code, code, preferred_writing(request))

    @app.exception_handler(Exception)
    async def unexpected(request: Request, _error: Exception) -> JSONResponse:
        return error_response(500, "internal", preferred_writing(request))
