"""The guard before every route: who asks, whether they may, and whether it is too much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Scope as Connection

from services.api.access.address import counted_as, is_loopback
from services.api.access.admission import NOTHING, Admissions, Credential
from services.api.access.credentials import SESSION_COOKIE, BadCredentialError, shown
from services.api.access.quota import Quota
from services.api.access.record import KeyRecord, Scope
from services.api.problems import ProblemError
from shared.settings import Settings

_Connection = ASGIConnection[Any, Any, Any, Any]
_CALLER = "khabar.caller"
_HOW = "Send it as `Authorization: Bearer khabar_…`; whoever runs Khabar makes one with `khabar keys create`."


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the name of their key, or the address that they are counted under."""

    who: str
    limited: bool  # without a key, programs of this machine are not
    quota: Quota | None = None
    credential: Credential = NOTHING  # that of a good key


async def admit(connection: _Connection, handler: BaseRouteHandler) -> None:
    """Guard: lets through who may do what the route's `scope` says (by default read; None: anyone, uncounted).

    Raises ProblemError (401, 403, 429), and TransientError while Redis, which has the keys, is away.
    """
    needed: Scope | None = handler.opt.get("scope", Scope.READ)
    if needed is None:
        return
    settings: Settings = connection.app.state.settings
    open_to_all = needed is Scope.READ and settings.api_readers == "anyone"
    credential = _shown(connection, needed)
    if credential == NOTHING and not open_to_all:
        _refuse_key(f"This needs a key. {_HOW}", invalid=False)
    host = connection.client.host if connection.client else ""
    address, limited = counted_as(host), not is_loopback(host)
    if credential == NOTHING and not (limited and settings.api_rate):
        connection.scope["state"][_CALLER] = Caller(address, limited)
        return
    admissions: Admissions = connection.app.state.admissions
    admission = await admissions.ask(credential, address, limited=limited)
    record = admission.record
    connection.scope["state"][_CALLER] = (
        Caller(f"key {record.name}", limited=True, quota=admission.quota, credential=credential)
        if record
        else Caller(address, limited, admission.quota)
    )
    refuse_too_many(admission.quota)
    if record is None and (credential.kind == "key" or not open_to_all):
        _refuse_key("There is no such key, or it was revoked or has ended.", invalid=True)
    if record is not None and not open_to_all:
        _refuse_unless_for(needed, record)


def _shown(connection: _Connection, needed: Scope) -> Credential:
    headers, session = connection.headers.getall("authorization", []), connection.cookies.get(SESSION_COOKIE)
    try:
        return shown(headers, session, reading=needed is Scope.READ)
    except BadCredentialError:
        _refuse_key("The key is none of Khabar's: it was mistyped or cut off.", invalid=True)


def refuse_too_many(quota: Quota) -> None:
    """Raises ProblemError (429) where the quota did not admit the request."""
    if not quota.admitted:
        raise ProblemError(
            429,
            f"More than {quota.limit:,} requests in a minute: the next may come in {quota.seconds} s.",
            headers={"Retry-After": str(quota.seconds)},
        )


def _refuse_unless_for(needed: Scope, record: KeyRecord) -> None:
    if not record.may(needed):
        raise ProblemError(
            403,
            f"The key {record.name} is not for this: expected one with the scope {needed}.",
            headers={"WWW-Authenticate": f'Bearer realm="khabar", error="insufficient_scope", scope="{needed}"'},
        )


def _refuse_key(detail: str, *, invalid: bool) -> NoReturn:
    error = ', error="invalid_token"' if invalid else ""
    raise ProblemError(401, detail, headers={"WWW-Authenticate": f'Bearer realm="khabar"{error}'})


def caller_of(scope: Connection) -> Caller | None:
    """Who asks; None before the guard, and on routes that are open to all."""
    caller = scope.get("state", {}).get(_CALLER)
    assert caller is None or isinstance(caller, Caller)
    return caller
