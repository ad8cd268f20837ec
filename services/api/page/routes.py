"""`/`, `/articles/{id}` and their files; every error as a page, where a browser asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import HTTPException, NotFoundException

from services.api.page.interface import Interface, choose
from services.api.page.key_form import key_form, on_this_site
from services.api.page.query import BadQueryError, interface_asked, wire_query
from services.api.page.rendering import STATIC_FILES
from services.api.page.story import article_page
from services.api.page.wire import message_page, wire_page
from services.api.problems import RETRY_SECONDS
from services.cache.reading import Reader
from shared.outcomes import TransientError

_HTML = "text/html"
_YEAR_SECONDS = 31_536_000
_MESSAGES = {404: "not_found", 405: "not_found", 429: "busy"}
_log = structlog.get_logger(__name__)

PageRequest = Request[Any, Any, State]


def interface_of(request: PageRequest) -> Interface:
    """The interface language that the request wants."""
    return choose(interface_asked(request.query_params.get("ui")), request.headers.get("accept-language", ""))


@get("/", include_in_schema=False)
async def wire(request: PageRequest, state: State) -> Response[str]:
    """The wire."""
    reader: Reader = state.reader
    query = wire_query(request.query_params.multi_items())
    return html(await wire_page(reader, state.filter_values, query, interface_of(request)))


@get("/articles/{article_id:str}", include_in_schema=False)
async def article(request: PageRequest, state: State) -> Response[str]:
    """One article."""
    reader: Reader = state.reader
    article_id = str(request.path_params["article_id"])
    ui = interface_asked(request.query_params.get("ui"))
    known = len(article_id) == 32 and not set(article_id) - set("0123456789abcdef")
    page = await article_page(reader, article_id, ui, interface_of(request)) if known else None
    if page is None:
        raise NotFoundException
    return html(page)


@get("/static/{name:str}", include_in_schema=False, opt={"scope": None})
async def static_file(request: PageRequest) -> Response[bytes]:
    """A file of the page; its address changes with it, so that it may be kept."""
    file = STATIC_FILES.get(str(request.path_params["name"]))
    if file is None:
        raise NotFoundException
    return Response(
        file.content,
        media_type=file.media_type,
        headers={"Cache-Control": f"public, max-age={_YEAR_SECONDS}, immutable"},
    )


def wants_page(request: PageRequest) -> bool:
    """Whether a person looks at the answer."""
    path = request.scope["path"]
    return not path.startswith(("/v1/", "/schema")) and "text/html" in request.headers.get("accept", "")


def page_of(request: PageRequest, error: Exception) -> Response[str]:
    """The page that says what went wrong."""
    interface = interface_of(request)
    match error:
        case TransientError():
            _log.warning("answered 503", path=request.scope["path"], error=str(error))
            page = message_page(interface, "away", again_seconds=RETRY_SECONDS)
            return html(page, 503, {"Retry-After": str(RETRY_SECONDS)})
        case BadQueryError():
            return html(message_page(interface, "bad"), 400)
        case HTTPException(status_code=401):
            return html(key_form(interface, onward=on_this_site(_address(request))), 401, error.headers)
        case HTTPException() if error.status_code < 500:
            name = _MESSAGES.get(error.status_code, "bad")
            return html(message_page(interface, name), error.status_code, error.headers)
        case _:
            _log.error("answered 500", path=request.scope["path"], exc_info=error)
            return html(message_page(interface, "failed"), 500)


def _address(request: PageRequest) -> str:
    """On this site, as it was asked for."""
    path, query = request.scope["raw_path"].decode("latin-1"), request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def html(page: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[str]:
    """The page as an answer."""
    return Response(
        page,
        status_code=status,
        media_type=_HTML,
        headers={"Cache-Control": "no-cache", "Vary": "Accept-Language", **(headers or {})},
    )
