"""`/access`: a person shows a key once, and the browser then has a cookie for reading.

EventSource and links can carry no header; a key in an address would be in histories and logs.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie, State
from litestar.exceptions import NotFoundException

from services.api.access.address import counted_as, is_loopback
from services.api.access.admission import Admissions, Credential
from services.api.access.credentials import SESSION_COOKIE
from services.api.access.guard import refuse_too_many
from services.api.access.key import read_key
from services.api.access.record import Scope
from services.api.access.session import SESSION_SECONDS, Sessions
from services.api.page.key_form import key_form, on_this_site
from services.api.page.routes import html, interface_of
from services.api.problems import ProblemError
from shared.settings import PREFIX, Settings

FORM_BYTES = 8 << 10
_FORM = "application/x-www-form-urlencoded"
_FIELDS = 10
_FORBIDDEN = 403

_Request = Request[Any, Any, State]


@get("/access", include_in_schema=False, opt={"scope": None})
async def show_form(request: _Request, state: State) -> Response[str]:
    """The form."""
    _only_where_reading_needs_keys(state.settings)
    return html(key_form(interface_of(request), known=SESSION_COOKIE in request.cookies))


@post("/access", include_in_schema=False, opt={"scope": None}, status_code=303, request_max_body_size=FORM_BYTES)
async def take_key(request: _Request, state: State) -> Response[Any]:
    """A key, for a cookie; or the end of what was begun so."""
    settings: Settings = state.settings
    sessions: Sessions = state.sessions
    _only_where_reading_needs_keys(settings)
    _refuse_other_sites(request, settings)
    fields = await _fields(request)
    if "leave" in fields:
        if session := request.cookies.get(SESSION_COOKIE):
            await sessions.end(session)
        return _onward("/access", _cookie(settings, request, "", 0))
    key = await _good_key(request, state.admissions, fields.get("key", ""))
    onward = on_this_site(fields.get("onward", "/"))
    if key is None:
        return html(key_form(interface_of(request), onward=onward, wrong=True), _FORBIDDEN)
    return _onward(onward, _cookie(settings, request, await sessions.begin(key), SESSION_SECONDS))


def _only_where_reading_needs_keys(settings: Settings) -> None:
    if settings.api_readers != "keys":
        raise NotFoundException


def _refuse_other_sites(request: _Request, settings: Settings) -> None:
    """Another site must not make this browser read with a key of that site's."""
    origin = request.headers.get("origin")
    ours = {request.headers.get("host", ""), _host_of(settings.api_public_url or "")} - {""}
    if origin is not None and _host_of(origin) not in ours:
        raise ProblemError(
            _FORBIDDEN,
            "The form was sent from another site. Where a proxy changes the Host header, whoever runs Khabar sets "
            f"{PREFIX}API_PUBLIC_URL.",
        )


def _host_of(address: str) -> str:
    return address.partition("://")[2].partition("/")[0]


async def _fields(request: _Request) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise ProblemError(415, f"expected {_FORM}")
    body = (await request.body()).decode("latin-1")
    try:
        return dict(parse_qsl(body, max_num_fields=_FIELDS))
    except ValueError as exc:
        raise ProblemError(400, f"expected a form of {_FIELDS} fields at most") from exc


async def _good_key(request: _Request, admissions: Admissions, text: str) -> Credential | None:
    key = read_key(text.strip())
    if key is None:
        return None
    host = request.client.host if request.client else ""
    credential = Credential("key", key.digest)
    admission = await admissions.ask(credential, counted_as(host), limited=not is_loopback(host))
    refuse_too_many(admission.quota)
    return credential if admission.record and admission.record.may(Scope.READ) else None


def _cookie(settings: Settings, request: _Request, value: str, seconds: int) -> Cookie:
    """Not Strict: a link that someone was sent must open. It is good for reading alone."""
    public = settings.api_public_url or ""
    secure = request.scope["scheme"] == "https" or public.startswith("https:")
    return Cookie(
        key=SESSION_COOKIE, value=value, path="/", max_age=seconds, httponly=True, samesite="lax", secure=secure
    )


def _onward(address: str, cookie: Cookie) -> Response[Any]:
    return Response(None, status_code=303, headers={"Location": address, "Cache-Control": "no-store"}, cookies=[cookie])


ENTRANCE = (show_form, take_key)
