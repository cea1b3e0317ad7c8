"""The console as one application, mounted at `/console` by the public web server."""

from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from console import (
    account,
    callbacks,
    conversations,
    entrance,
    exports,
    fact_files,
    fact_forms,
    fact_reviews,
    facts,
    figures,
    invitation,
    learning,
    learning_results,
    oidc,
    privacy,
    review,
    second_factor,
    team,
)
from console.access import PATH, Denied, Needs, NotSignedIn, Signed, session_of
from console.pages import FOLDER, bare_page, language_asked, page, see_other

# Every page of the console, in the order of the bar on top.
ROUTERS = (
    entrance.router,
    exports.router,
    review.router,
    conversations.router,
    learning.router,
    learning_results.router,
    facts.router,
    fact_forms.router,
    fact_reviews.router,
    fact_files.router,
    callbacks.router,
    figures.router,
    privacy.router,
    team.router,
    account.router,
    second_factor.router,
    oidc.router,
    invitation.router,
)


def console_app() -> FastAPI:
    """The application; it has no public description."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for router in ROUTERS:
        app.include_router(router)
    app.add_api_route("/", home, methods=["GET"])
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="console-static")
    app.add_exception_handler(NotSignedIn, _to_entrance)
    app.add_exception_handler(Denied, _denied)
    app.add_exception_handler(HTTPException, _failed)
    app.add_exception_handler(RequestValidationError, _malformed)
    return app


def home(_signed: Annotated[Signed, Depends(Needs("reader"))]) -> Response:
    """The first page after signing in."""
    return see_other(f"{PATH}/conversations")


async def too_large(scope: Scope, receive: Receive, send: Send) -> None:
    """The page that tells that a form or file is too large.

    An application of its own: the public web server refuses such a body before the console sees it.
    """
    told = _problem(Request(scope), 413, "problem.too_large")
    await told(scope, receive, send)


async def _to_entrance(request: Request, error: Exception) -> Response:
    half_way = isinstance(error, NotSignedIn) and error.second_factor
    path = f"{PATH}/second-factor" if half_way else f"{PATH}/sign-in"
    if request.headers.get("hx-request"):
        # htmx follows a redirect silently and would put the sign-in form into the page.
        return Response(status_code=401, headers={"HX-Redirect": path})
    return see_other(path)


async def _denied(request: Request, _error: Exception) -> Response:
    return _problem(request, 403, "problem.denied")


async def _malformed(request: Request, _error: Exception) -> Response:
    return _problem(request, 422, "problem.malformed")


async def _failed(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _problem(request, status, "problem.not_found" if status == 404 else "problem.other")


def _problem(request: Request, status: int, key: str) -> Response:
    found = session_of(request)
    if found is None or found[1].awaits_second_factor:
        return bare_page(
            request, "problem.html", language_asked(request), status=status, problem=key
        )
    return page(
        request, "problem.html", Signed(found[0], found[1].csrf), status=status, problem=key
    )
