"""The index in a real Redis keeps every promise, and answers as the one in memory does."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from services.deduplicator.index import Index
from services.deduplicator.redis_index import RedisIndex
from services.deduplicator.redis_keys import RedisKeys
from tests.unit.deduplicator.index_behaviour import Clock, IndexBehaviour, IndexMaker, RestoreBehaviour

pytestmark = pytest.mark.integration


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


def fresh(client: Redis, clock: Clock) -> Index:
    """An index of its own."""
    return RedisIndex(client, RedisKeys(uuid.uuid4().hex), clock=clock)


class TestRedisIndex(IndexBehaviour):
    @pytest.fixture
    def new_index(self, client: Redis, clock: Clock) -> IndexMaker:
        keys = RedisKeys(uuid.uuid4().hex)
        return lambda: RedisIndex(client, keys, clock=clock)


class TestRestoredRedisIndex(RestoreBehaviour):
    @pytest.fixture
    def new_index(self, client: Redis, clock: Clock) -> IndexMaker:
        return lambda: fresh(client, clock)
