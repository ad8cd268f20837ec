"""What stands before every handler: headers of security and quota, metrics, a limit on how long a reader may stall."""

from __future__ import annotations

import asyncio
import time
from typing import cast

import structlog
from litestar.enums import HttpMethod
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from litestar.utils import normalize_path

from services.api.access.guard import caller_of
from services.api.methods import ENDLESS
from shared.metrics import HTTP_REQUESTS, HTTP_SECONDS

# Nothing inline, nothing from elsewhere; scripts may not turn text into markup.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)

# A reader that takes nothing for so long has stalled: uvicorn would hold what it is sent for ever. Cut off, it can
# resume from where it was.
STALL_SECONDS = 20.0
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_log = structlog.get_logger(__name__)


class Protection:
    """ASGI around the whole api."""

    def __init__(self, app: ASGIApp, *, stall_seconds: float = STALL_SECONDS) -> None:
        self._app, self._stall = app, stall_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on; requests are measured, answers get their headers."""
        kind: str = scope["type"]
        if kind == "http":
            await self._answer(cast(HTTPScope, scope), receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        started, status, stream, stalled = time.perf_counter(), 500, False, False
        # What a GET would answer, without its body; uvicorn leaves the body out.
        if scope["method"] == "HEAD" and normalize_path(scope["path"]) not in ENDLESS:
            scope = cast(HTTPScope, {**scope, "method": HttpMethod.GET})

        async def guarded(message: Message) -> None:
            nonlocal status, stream, stalled
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message["headers"])
                stream = any(name.lower() == b"content-type" and b"event-stream" in value for name, value in headers)
                message["headers"] = [*headers, *_HEADERS, *_quota(scope)]
            try:
                async with asyncio.timeout(self._stall):
                    await send(message)
            except TimeoutError:
                stalled = True
                raise

        try:
            await self._app(scope, receive, guarded)
        except Exception:
            if not stalled:
                raise
            _log.info("cut off a reader that stalled", path=scope["path"])
        finally:
            _measure(scope, status, None if stream else time.perf_counter() - started)


def _quota(scope: HTTPScope) -> list[tuple[bytes, bytes]]:
    caller = caller_of(scope)
    told = caller.quota.headers if caller and caller.quota else {}
    return [(name.lower().encode(), value.encode()) for name, value in told.items()]


def _measure(scope: HTTPScope, status: int, seconds: float | None) -> None:
    # Names from outside must not become labels: only routes that there are, and methods that there are.
    route = str(scope.get("path_template") or "none") if status != 404 else "none"
    method = str(scope.get("method", "")) if scope.get("method") in _METHODS else "other"
    HTTP_REQUESTS.labels(method, route, str(status)).inc()
    if seconds is not None:
        HTTP_SECONDS.labels(route).observe(seconds)
