"""The api on a free port, with a cache that the test fills."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from redis.asyncio import Redis

from services.api.app import Api, create_api
from services.api.connections import BoundedProtocol
from services.api.server import ApiServer
from services.cache.stage import Cache
from shared.redis import connect
from shared.settings import Settings, load_settings
from tests.integration.api.waiting import until
from tests.integration.cache.arrivals import Arrivals


@dataclass(frozen=True, slots=True)
class Running:
    """An api that answers."""

    api: Api
    server: ApiServer
    client: httpx.AsyncClient
    serving: asyncio.Task[None]

    async def leave(self) -> None:
        """As after SIGTERM."""
        self.server.stop()
        await self.serving


async def start(
    settings: Settings, *, protocol: type[BoundedProtocol] = BoundedProtocol, most_connections: int | None = None
) -> Running:
    """An api of these settings on a free port, whichever they name."""
    api = create_api(settings)
    server = ApiServer(
        api.asgi,
        api.hub,
        host="127.0.0.1",
        port=0,
        proxies=settings.proxies,
        protocol=protocol,
        most_connections=most_connections,
    )
    serving = asyncio.create_task(server.run())
    await until(lambda: server.started)
    return Running(api, server, httpx.AsyncClient(base_url=server.url, timeout=30), serving)


@pytest.fixture
def api_settings(redis_url: str, topic_prefix: str) -> Settings:
    """Without Kafka: nothing listens on port 1."""
    return load_settings(
        {
            "KHABAR_REDIS_URL": redis_url,
            "KHABAR_TOPIC_PREFIX": topic_prefix,
            "KHABAR_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        }
    )


@pytest.fixture
async def running(api_settings: Settings) -> AsyncIterator[Running]:
    running = await start(api_settings)
    yield running
    await running.client.aclose()
    await running.leave()


@pytest.fixture
def client(running: Running) -> httpx.AsyncClient:
    return running.client


@pytest.fixture
async def redis(api_settings: Settings) -> AsyncIterator[Redis]:
    client = connect(api_settings)
    yield client
    await client.aclose()


@pytest.fixture
def arrivals(redis: Redis, api_settings: Settings) -> Arrivals:
    """Where the test lets articles arrive."""
    return Arrivals(Cache(redis, api_settings))
