"""Counting lines in a real Redis: what is promised, as in memory, and what a lost or absent Redis does."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from functools import partial

import pytest
from redis.asyncio import Redis

from services.normalizer.line_counts import LineCountsInMemory
from services.normalizer.redis_line_counts import KEPT_SECONDS, RedisLineCounts
from shared.outcomes import TransientError
from shared.redis import connect
from shared.settings import load_settings
from tests.unit.normalizer.line_counts_behaviour import (
    LineCountsBehaviour,
    NewLineCounts,
    count,
    observed,
    random_batches,
)

pytestmark = pytest.mark.integration

MOST_BYTES_A_SOURCE = 60_000


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
def prefix() -> str:
    return uuid.uuid4().hex


class TestRedisLineCounts(LineCountsBehaviour):
    @pytest.fixture
    def new_counts(self, client: Redis, prefix: str) -> NewLineCounts:
        return partial(RedisLineCounts, client, prefix)


@pytest.mark.parametrize("seed", [1, 2])
async def test_redis_and_memory_tell_the_same(client: Redis, prefix: str, seed: int) -> None:
    small = {"bucket_lines": 3, "recent_articles": 50}
    in_redis, in_memory = RedisLineCounts(client, prefix, **small), LineCountsInMemory(**small)
    for batch, span in random_batches(seed):
        assert await in_redis.count(batch, span) == await in_memory.count(batch, span)


async def test_a_wiped_redis_learns_again(client: Redis, prefix: str) -> None:
    counts = RedisLineCounts(client, prefix)
    await count(counts, [observed(0, "x"), observed(1, "x")])
    await _wipe(client, prefix)
    told = await count(counts, [observed(2, "x")])
    assert told[-1].articles == 1


async def test_a_source_takes_no_more_than_its_share_and_is_forgotten_in_time(client: Redis, prefix: str) -> None:
    counts = RedisLineCounts(client, prefix)
    for start in range(0, 600, 100):
        await count(counts, [observed(start + n, *range(60 * (start + n), 60 * (start + n + 1))) for n in range(100)])
    (table,) = [key async for key in client.scan_iter(match=f"*{prefix}*", count=10_000) if b"positions" not in key]
    used = await client.memory_usage(table, samples=0)
    assert used is not None
    assert used < MOST_BYTES_A_SOURCE
    assert KEPT_SECONDS - 100 < await client.ttl(table) <= KEPT_SECONDS


async def test_the_normalizer_waits_for_a_redis_that_is_away() -> None:
    away = connect(load_settings({"KHABAR_REDIS_URL": "redis://127.0.0.1:1/0"}))
    with pytest.raises(TransientError, match="Redis"):
        await count(RedisLineCounts(away, "none"), [observed(0, "x")])
    await away.aclose()


async def _wipe(client: Redis, prefix: str) -> None:
    keys = [key async for key in client.scan_iter(match=f"*{prefix}*", count=10_000)]
    await client.delete(*keys)
