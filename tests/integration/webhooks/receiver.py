"""A real HTTP server that takes webhooks, and says to each what the test wants it to say."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import orjson
from aiohttp import web

Answering = Callable[["Delivery"], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def article(self) -> tuple[str, int]:
        data = orjson.loads(self.body)["data"]
        return data["id"], data["revision"]["number"]

    def signed_with(self, secret: str) -> bool:
        """Checked as a receiver would, from the specification, not with the sender's code."""
        signed = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return any(hmac.compare_digest(expected, given) for given in self.headers["webhook-signature"].split(" "))


async def ok(_: Delivery) -> int:
    return 204


@dataclass(slots=True)
class Receiver:
    """`answer` may be changed at any time; a redirect leads to /elsewhere."""

    answer: Answering = ok
    deliveries: list[Delivery] = field(default_factory=list)
    url: str = ""
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/hook"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def ids(self) -> list[str]:
        return [delivery.id for delivery in self.deliveries]

    @property
    def articles(self) -> list[tuple[str, int]]:
        return [delivery.article for delivery in self.deliveries]

    async def _take(self, request: web.Request) -> web.Response:
        delivery = Delivery(request.path, dict(request.headers), await request.read())
        lowered = {name.lower(): value for name, value in delivery.headers.items()}
        delivery = Delivery(delivery.path, lowered, delivery.body)
        self.deliveries.append(delivery)
        status = await self.answer(delivery)
        return web.Response(status=status, headers={"Location": "/elsewhere"} if 300 <= status < 400 else {})
