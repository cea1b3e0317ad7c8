"""The reference of the API, to be read and tried in a browser, from files of ours alone."""

import base64
import hashlib
import re
from importlib.resources import files

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from gateway.security import OWN_FILES_ONLY

router = APIRouter(include_in_schema=False)
FILES = "/api/docs/files"


def mount_files(app: FastAPI) -> None:
    """Serve Swagger UI, which a package brings along."""
    folder = str(files("fastapi_offline") / "static")
    app.mount(FILES, StaticFiles(directory=folder), name="reference")


@router.get("/api/docs")
def reference(request: Request) -> HTMLResponse:
    """Every call of the API, its shapes, and a form to try it."""
    page = get_swagger_ui_html(
        openapi_url=request.app.openapi_url,
        title=f"{request.app.title}: API",
        swagger_js_url=f"{FILES}/swagger-ui-bundle.js",
        swagger_css_url=f"{FILES}/swagger-ui.css",
        swagger_favicon_url=f"{FILES}/favicon.png",
    )
    # The page starts itself by a script in its text: just that script is allowed, by its hash.
    script = re.search(rb"<script>(.*?)</script>", page.body, re.DOTALL)
    digest = hashlib.sha256(script[1] if script else b"").digest()
    allowed = f"'sha256-{base64.b64encode(digest).decode()}'"
    page.headers["Content-Security-Policy"] = (
        f"{OWN_FILES_ONLY}; script-src 'self' {allowed}; style-src 'self' 'unsafe-inline'"
    )
    return page
