"""The api as a process: its routes, what they share, and how it starts and leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import structlog
from litestar import Litestar, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import Provide
from litestar.handlers.base import BaseRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ASGIApp
from redis.asyncio import Redis

import shared
from services.api.access.admission import Admissions
from services.api.access.entrance import ENTRANCE
from services.api.access.guard import admit
from services.api.access.open_streams import OpenStreams
from services.api.access.session import Sessions
from services.api.articles import list_articles, one_article
from services.api.compression import Compression
from services.api.cross_origin import CrossOrigin
from services.api.explain import explain_article
from services.api.feeds.routes import FEEDS
from services.api.history import HISTORY
from services.api.hub import Hub
from services.api.methods import tell_methods
from services.api.page.routes import PageRequest, article, page_of, static_file, wants_page, wire
from services.api.page.wire import FilterValues
from services.api.parameters import only_known_parameters, provide_filter
from services.api.posting import push_articles
from services.api.problems import problem_of
from services.api.protection import Protection
from services.api.raw_topic import RawTopic
from services.api.server import ApiServer
from services.api.stream import stream_articles
from services.api.webhook_messages import MESSAGES
from services.cache.reading import Reader
from services.deduplicator.redis_index import index_of
from shared.health import HEARTBEAT_SECONDS, Health
from shared.outcomes import TransientError
from shared.redis import connect, waiting_on_redis
from shared.settings import Settings

SILENT_SECONDS = 10.0  # without a turn of the hub's loop, which takes 2 s at most, streams are silent
PING_SECONDS = 3.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Api:
    """The api and what it is made of."""

    asgi: ASGIApp
    hub: Hub
    redis: Redis

    async def not_ready(self) -> str | None:
        """Why the api cannot serve now; None when it can."""
        if (age := self.hub.age()) > SILENT_SECONDS:
            return f"the live stream was last read {age:.0f} s ago"
        try:
            async with asyncio.timeout(PING_SECONDS):
                with waiting_on_redis():
                    await self.redis.ping()
        except TimeoutError:
            return f"no answer to PING in {PING_SECONDS:.0f} s"
        except TransientError as exc:
            return str(exc)
        return None


def create_api(settings: Settings) -> Api:
    """The api of these settings; connects when it is started."""
    redis = connect(settings)
    reader = Reader(redis, settings)
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
        route_handlers=[
            list_articles,
            one_article,
            explain_article,
            *HISTORY,
            *FEEDS,
            stream_articles,
            push_articles,
            wire,
            article,
            static_file,
            *ENTRANCE,
        ],
        dependencies={"wanted": Provide(provide_filter)},
        guards=[_before_every_route],
        before_request=tell_methods,
        exception_handlers={Exception: _answer_error},
        lifespan=[running],
        state=State(
            {
                "settings": settings,
                "admissions": Admissions(redis, settings),
                "sessions": Sessions(redis, settings),
                "open_streams": OpenStreams(settings.api_streams),
                "reader": reader,
                "index": index_of(redis, settings),
                "hub": hub,
                "raw_topic": raw_topic,
                "filter_values": FilterValues(reader),
            }
        ),
        request_max_body_size=settings.api_body_bytes,
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="Khabar",
            version=shared.__version__,
            description="A stream of news, cleaned, classified and deduplicated.",
            path="/schema",
            operation_id_creator=lambda handler, *_: handler.handler_name,
            render_plugins=[JsonRenderPlugin(), YamlRenderPlugin()],
            webhooks={**MESSAGES},
            components=Components(security_schemes={"key": SecurityScheme(type="http", scheme="bearer")}),
            security=[{"key": []}] if settings.api_readers == "keys" else [{"key": []}, {}],
        ),
    )
    asgi = Protection(CrossOrigin(Compression(app), settings.cors_origins))
    return Api(asgi=asgi, hub=hub, redis=redis)


async def _before_every_route(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """One guard: for each, Litestar copies the handler, which takes 60 µs."""
    await admit(connection, handler)
    await only_known_parameters(connection, handler)


def _answer_error(request: PageRequest, error: Exception) -> Response[Any]:
    return page_of(request, error) if wants_page(request) else problem_of(request, error)


def _stop_loudly(loop: asyncio.Task[None]) -> None:
    """Streams without their loop would be silent for ever: its age makes the process not ready, and this says why."""
    if not loop.cancelled() and (error := loop.exception()) is not None:
        _log.error("the live stream has stopped", exc_info=error)


async def serve(settings: Settings, health: Health) -> int:
    """Serves until SIGTERM or SIGINT; gives the exit status. Raises OSError where the port is taken."""
    api = create_api(settings)
    server = ApiServer(api.asgi, api.hub, host=settings.api_host, port=settings.api_port, proxies=settings.proxies)
    watch = asyncio.create_task(_watch(api, health), name="health")
    try:
        await server.run()
    finally:
        watch.cancel()
    return 0


async def _watch(api: Api, health: Health) -> None:
    """Tells the probes every second that the loop runs, and whether what it serves from is there."""
    while True:
        health.beat()
        if reason := await api.not_ready():
            health.waiting("Redis", reason)
        else:
            health.have("Redis")
        health.have("start")
        await asyncio.sleep(HEARTBEAT_SECONDS)
