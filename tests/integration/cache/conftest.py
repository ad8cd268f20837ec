"""A cache of its own for each test, on the session's Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from services.cache.reading import Reader
from services.cache.stage import Cache
from shared.redis import connect
from shared.settings import Settings, load_settings
from tests.servers import redis_server
from tests.servers.starting import RedisUnderTest


@pytest.fixture
def redis_settings(redis_url: str, topic_prefix: str) -> Settings:
    """Settings for what needs no Kafka."""
    return load_settings({"KHABAR_REDIS_URL": redis_url, "KHABAR_TOPIC_PREFIX": topic_prefix})


@pytest.fixture
async def redis(redis_settings: Settings) -> AsyncIterator[Redis]:
    client = connect(redis_settings)
    yield client
    await client.aclose()


@pytest.fixture
def cache(redis: Redis, redis_settings: Settings) -> Cache:
    return Cache(redis, redis_settings)


@pytest.fixture
def reader(redis: Redis, redis_settings: Settings) -> Reader:
    return Reader(redis, redis_settings)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RedisUnderTest]:
    """A Redis that this test may kill."""
    server = redis_server(tmp_path)
    yield server
    server.server.stop()


@pytest.fixture
def fault_settings(server: RedisUnderTest) -> Settings:
    return load_settings({"KHABAR_REDIS_URL": server.url})
