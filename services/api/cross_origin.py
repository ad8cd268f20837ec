"""Lets scripts of other sites that the operator names read the api (CORS); never with cookies, which are the page's."""

from __future__ import annotations

from typing import cast

from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

EVERY = "*"
MAX_AGE_SECONDS = 600
_OPEN = ("/v1/", "/schema")  # the page is for this site alone
_METHODS = b"GET, HEAD, POST"
_ALLOWED = b"Authorization, Content-Type, If-None-Match, Last-Event-ID, traceparent"
_EXPOSED = b"ETag, Khabar-Cursor, Link, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate"
_Headers = list[tuple[bytes, bytes]]


class CrossOrigin:
    """ASGI around the routes: answers preflights, and tells browsers whose scripts may see an answer."""

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        self._app, self._origins = app, origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what is no preflight of an allowed site; where nothing is allowed, all as it is."""
        kind: str = scope["type"]
        if kind == "http" and self._origins and cast(HTTPScope, scope)["path"].startswith(_OPEN):
            await self._answer(cast(HTTPScope, scope), receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        told = self._allowance(_header(scope, b"origin"))
        if told and scope["method"] == "OPTIONS" and _header(scope, b"access-control-request-method"):
            await _answer_preflight(told, send)
            return

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *told, *self._vary()]
            await send(message)

        await self._app(scope, receive, telling)

    def _allowance(self, origin: bytes) -> _Headers:
        """Nothing where the site is not allowed: its browser then keeps the answer from the script."""
        if EVERY in self._origins and origin:
            return [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", _EXPOSED)]
        if origin.decode("latin-1") in self._origins:
            return [(b"access-control-allow-origin", origin), (b"access-control-expose-headers", _EXPOSED)]
        return []

    def _vary(self) -> _Headers:
        return [] if EVERY in self._origins else [(b"vary", b"Origin")]


def _header(scope: HTTPScope, name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key == name), b"")


async def _answer_preflight(told: _Headers, send: Send) -> None:
    headers = [
        *told,
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", _ALLOWED),
        (b"access-control-max-age", str(MAX_AGE_SECONDS).encode()),
        (b"vary", b"Origin"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
