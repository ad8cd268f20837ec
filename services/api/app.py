"""The api as a process: its routes, what they share, and how it starts and leaves."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import structlog
import uvicorn
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.types import ASGIApp
from redis.asyncio import Redis

import shared
from services.api.articles import list_articles, one_article
from services.api.hub import Hub
from services.api.parameters import only_known_parameters, provide_filter
from services.api.posting import push_articles
from services.api.problems import problem_of
from services.api.protection import Protection
from services.api.raw_topic import RawTopic
from services.api.stream import stream_articles
from services.cache.reading import Reader
from shared.redis import connect
from shared.settings import Settings

GRACE_SECONDS = 2  # for requests that are being answered; open streams are ended at once
SILENT_SECONDS = 10.0  # without a turn of the hub's loop, which takes 2 s at most, streams are silent
# The kernel gives a connection up whose reader acknowledges nothing for so long, with what is buffered for it.
TCP_USER_TIMEOUT_MS = 30_000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Api:
    """The api and what it is made of."""

    asgi: ASGIApp
    hub: Hub
    redis: Redis

    async def ready(self) -> str | None:
        """Why the api cannot serve now; None when it can."""
        if (age := self.hub.age()) > SILENT_SECONDS:
            return f"the live stream was last read {age:.0f} s ago: Redis is away or silent"
        return None


def create_api(settings: Settings) -> Api:
    """The api of these settings; connects when it is started."""
    redis = connect(settings)
    hub = Hub(redis, settings)
    raw_topic = RawTopic(settings)

    @asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        loop = asyncio.create_task(hub.run(), name="hub")
        loop.add_done_callback(_stop_loudly)
        try:
            yield
        finally:
            hub.close()
            loop.cancel()
            with suppress(asyncio.CancelledError):
                await loop
            await raw_topic.close()
            await redis.aclose()

    app = Litestar(
        route_handlers=[list_articles, one_article, stream_articles, push_articles],
        dependencies={"wanted": Provide(provide_filter)},
        guards=[only_known_parameters],
        exception_handlers={Exception: problem_of},
        lifespan=[running],
        state=State({"settings": settings, "reader": Reader(redis, settings), "hub": hub, "raw_topic": raw_topic}),
        request_max_body_size=settings.api_body_bytes,
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="Khabar",
            version=shared.__version__,
            description="A stream of news, cleaned, classified and deduplicated.",
            path="/schema",
            render_plugins=[JsonRenderPlugin(), YamlRenderPlugin()],
        ),
    )
    return Api(asgi=Protection(app), hub=hub, redis=redis)


def _stop_loudly(loop: asyncio.Task[None]) -> None:
    """Streams without their loop would be silent for ever: its age makes the process not ready, and this says why."""
    if not loop.cancelled() and (error := loop.exception()) is not None:
        _log.error("the live stream has stopped", exc_info=error)


class _Server(uvicorn.Server):
    """Ends open streams as soon as it is told to leave: uvicorn would wait for them."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.close()
        await super().shutdown(sockets)


async def serve(settings: Settings, api: Api | None = None) -> None:
    """Serves until SIGTERM or SIGINT. Raises OSError where the port is taken."""
    api = api or create_api(settings)
    config = uvicorn.Config(
        api.asgi,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=64 << 10,
        lifespan="on",
    )
    listening = _listen(settings.api_host, settings.api_port)
    host, port = listening.getsockname()[:2]
    _log.info("serving", url=f"http://{host}:{port}/")
    await _Server(config, api.hub).serve(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_USER_TIMEOUT_MS)
    listening.bind((host, port))
    return listening
