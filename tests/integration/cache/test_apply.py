from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis

from services.cache.facets import Filter
from services.cache.keys import Keys
from services.cache.reading import Reader
from services.cache.stage import Cache
from shared.contracts import encode
from shared.outcomes import Applied, TransientError, Unchanged
from shared.positions import NO_OFFSET, PositionBehindError, Span
from shared.redis import connect
from shared.settings import Settings, load_settings
from tests.articles import copy_of, enriched, received
from tests.integration.cache.arrivals import EVERYTHING, TOPIC, Arrivals, keys, names

pytestmark = pytest.mark.integration


async def test_an_article_is_served_byte_by_byte_as_it_was_published(cache: Cache, reader: Reader) -> None:
    article = enriched(title="«خبر» عاجل: Reuters", language="ar", direction="rtl")
    assert await Arrivals(cache).apply(article) == [Applied()]
    assert await reader.article(article.id) == encode(article)


async def test_a_batch_that_comes_again_changes_nothing(cache: Cache, reader: Reader) -> None:
    articles = [enriched("a"), enriched("b")]
    batch, span = received(articles), Span(TOPIC, 0, NO_OFFSET, 1)
    assert await cache.process(batch, span) == [Applied(), Applied()]
    before = await reader.newest()
    assert await cache.process(batch, span) == [Unchanged(), Unchanged()]
    assert (await reader.newest()).sequence == before.sequence == 2


async def test_two_agents_that_apply_the_same_batch_at_once_apply_it_once(cache: Cache, reader: Reader) -> None:
    batch, span = received([enriched(str(number)) for number in range(50)]), Span(TOPIC, 0, NO_OFFSET, 49)
    outcomes = await asyncio.gather(*(cache.process(batch, span) for _ in range(4)))
    assert [outcome for each in outcomes for outcome in each].count(Applied()) == 50
    assert (await reader.newest()).sequence == 50


async def test_an_older_revision_never_replaces_a_newer_one(cache: Cache, reader: Reader) -> None:
    first, second = enriched("a", title="first"), enriched("a", title="second", number=2)
    arrivals = Arrivals(cache)
    assert await arrivals.apply(second) == [Applied()]
    assert await arrivals.apply(first) == [Unchanged()]
    assert await reader.article(first.id) == encode(second)


async def test_a_new_revision_moves_the_article_to_the_front_and_keeps_the_old_one_readable(
    cache: Cache, reader: Reader
) -> None:
    first, other, second = enriched("a"), enriched("b"), enriched("a", title="Rain arrives", number=2)
    await Arrivals(cache).apply(first, other, second)
    latest = await reader.page(EVERYTHING, order="newest", cursor=None, limit=9)
    assert names(latest) == keys([second, other])
    everything = await reader.page(EVERYTHING, order="arrival", cursor=None, limit=9, revisions="all")
    assert names(everything) == keys([first, other, second])
    assert await reader.article(first.id, revision=1) == encode(first)


async def test_what_a_newer_revision_no_longer_is_it_is_not_found_by(cache: Cache, reader: Reader) -> None:
    await Arrivals(cache).apply(enriched("a", topics=("pol",)), enriched("a", topics=("spo",), number=2))
    found = [
        len((await reader.page(Filter(topic=topic), order="newest", cursor=None, limit=9)).items)
        for topic in ("pol", "spo")
    ]
    assert found == [0, 1]


async def test_a_span_that_follows_what_redis_does_not_know_is_refused_and_changes_nothing(
    cache: Cache, reader: Reader, redis: Redis, redis_settings: Settings
) -> None:
    arrivals = Arrivals(cache)
    await arrivals.apply(enriched("a"))
    positions = await redis.hgetall(Keys(redis_settings.key_prefix).positions)
    with pytest.raises(PositionBehindError) as refused:
        await cache.process(received([enriched("c")], first_offset=9), Span(TOPIC, 0, arrivals.reached + 1, 9))
    assert refused.value.known == arrivals.reached
    assert await reader.article(enriched("c").id) is None
    assert await redis.hgetall(Keys(redis_settings.key_prefix).positions) == positions


async def test_each_partition_has_its_position(cache: Cache) -> None:
    await Arrivals(cache, partition=0).apply(enriched("a"), enriched("b"))
    with pytest.raises(PositionBehindError) as refused:
        await cache.process([], Span(TOPIC, 1, 0, 5))
    assert refused.value.known == NO_OFFSET


async def test_an_empty_batch_only_moves_the_position(cache: Cache, reader: Reader) -> None:
    arrivals = Arrivals(cache)
    await arrivals.apply(enriched("a"))
    newest = await reader.newest()
    assert await cache.process([], Span(TOPIC, 0, arrivals.reached, 40)) == []
    assert (await reader.newest()).sequence == newest.sequence
    assert await cache.process([], Span(TOPIC, 0, 40, 41)) == []


async def test_a_position_never_moves_backwards(cache: Cache) -> None:
    await cache.process([], Span(TOPIC, 0, NO_OFFSET, 40))
    await cache.process([], Span(TOPIC, 0, NO_OFFSET, 10))
    assert await cache.process([], Span(TOPIC, 0, 40, 50)) == []


async def test_a_group_is_complete_whichever_of_it_came_first(cache: Cache, reader: Reader) -> None:
    first = enriched("first")
    copied, late = enriched("copy", duplicate=copy_of(first)), enriched("late", duplicate=copy_of(first))
    await Arrivals(cache).apply(copied, first, late)
    group = await reader.page(Filter(group=first.id), order="arrival", cursor=None, limit=9)
    assert names(group) == keys([copied, first, late])


async def test_a_call_that_failed_half_way_does_not_stop_the_next(
    cache: Cache, reader: Reader, redis: Redis, redis_settings: Settings
) -> None:
    arrivals = Arrivals(cache)
    await arrivals.apply(enriched("a"))
    # What a script that fails after its XADD leaves: an entry that the state does not count.
    fields: dict[Any, Any] = {"i": bytes(16), "r": "1", "t": "1", "e": "1", "f": "language:en"}
    await redis.xadd(Keys(redis_settings.key_prefix).stream, fields, id="2-0")
    assert await arrivals.apply(enriched("b")) == [Applied()]
    assert (await reader.newest()).sequence == 3


async def test_a_redis_that_is_full_is_waited_for(redis: Redis, cache: Cache) -> None:
    arrivals = Arrivals(cache)
    await arrivals.apply(enriched("a"))
    await redis.config_set("maxmemory", 1)
    try:
        for batch in ([], [enriched("b")]):
            with pytest.raises(TransientError):
                await arrivals.apply(*batch)
    finally:
        await redis.config_set("maxmemory", 0)
    assert await arrivals.apply(enriched("b")) == [Applied()]


async def test_a_redis_that_is_away_is_waited_for(redis_settings: Settings) -> None:
    client = connect(load_settings({"KHABAR_REDIS_URL": "redis://127.0.0.1:1/0"}))
    with pytest.raises(TransientError):
        await Cache(client, redis_settings).process([], Span(TOPIC, 0, NO_OFFSET, 0))
    await client.aclose()
