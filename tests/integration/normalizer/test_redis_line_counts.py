"""Counting lines in a real Redis: what is promised, as in memory, and what a lost or absent Redis does."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from functools import partial

import pytest
from redis.asyncio import Redis

from services.normalizer.boilerplate import LEAST_ARTICLES
from services.normalizer.line_counts import LineCountsInMemory
from services.normalizer.redis_line_counts import KEPT_SECONDS, RedisLineCounts
from services.normalizer.stage import Normalizer
from shared.contracts import NormalizedArticle, RawArticle
from shared.outcomes import Coordinates, Publish, Received, TransientError
from shared.positions import NO_OFFSET, Span
from shared.redis import connect
from shared.settings import load_settings
from tests.unit.normalizer.articles import BODY, NOW_MS
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


def article(number: int) -> Received[RawArticle]:
    day = f"2025-03-{1 + number % 2:02d}T10:00:00Z"
    text = f"{BODY[0]} {'أ' * (number + 1)}\n{BODY[1]} {'ب' * (number + 1)}\nالمثال الآن للجميع دائما"
    raw = RawArticle(source="a", url=f"https://a.example/{number}", title=f"خبر {number}", text=text, published_at=day)
    return Received(raw, Coordinates("articles.raw", 0, number), NOW_MS)


async def test_neither_redelivery_nor_a_wiped_redis_changes_identity(client: Redis, prefix: str) -> None:
    normalizer = Normalizer(lambda: 0.0, "test", RedisLineCounts(client, prefix))
    batch, span = [article(number) for number in range(2 * LEAST_ARTICLES)], Span("articles.raw", 0, NO_OFFSET, 9)
    first = await _published(normalizer, batch, span)
    again = await _published(normalizer, batch, span)
    await _wipe(client, prefix)
    wiped = await _published(normalizer, batch[-1:], Span("articles.raw", 0, 8, 9))
    identities = [(one.id, one.revision_hash) for one in first]
    assert [(one.id, one.revision_hash) for one in again] == identities
    assert [(one.id, one.revision_hash) for one in wiped] == identities[-1:]
    # What differs is only where the line stands: learnt in the course of the batch, known from the start, forgotten.
    assert [_has_learnt(one) for one in first] == [number >= LEAST_ARTICLES - 1 for number in range(len(batch))]
    assert all(map(_has_learnt, again))
    assert not _has_learnt(wiped[0])


async def _published(
    normalizer: Normalizer, batch: Sequence[Received[RawArticle]], span: Span
) -> list[NormalizedArticle]:
    outcomes = await normalizer.process(batch, span)
    return [outcome.article for outcome in outcomes if isinstance(outcome, Publish)]


def _has_learnt(article: NormalizedArticle) -> bool:
    return any(removed.kind == "boilerplate" for removed in article.removed)
