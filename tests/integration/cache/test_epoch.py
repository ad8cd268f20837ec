"""A Redis that restarts or is wiped has lost something: readers must miss nothing, and be told of repeats."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from services.cache.cursor import START, Cursor
from services.cache.reading import RESUME_MARGIN_MS, Reader
from services.cache.stage import Cache
from shared.positions import PositionBehindError
from shared.redis import connect
from shared.settings import Settings, load_settings
from tests.articles import enriched
from tests.integration.cache.arrivals import EVERYTHING, Arrivals, keys, names, read_on
from tests.servers import redis_server
from tests.servers.starting import RedisUnderTest

pytestmark = pytest.mark.integration


@pytest.fixture
async def own_redis(tmp_path: Path) -> AsyncIterator[RedisUnderTest]:
    """A Redis that this test may kill."""
    server = redis_server(tmp_path)
    yield server
    server.server.stop()


@pytest.fixture
def own_settings(own_redis: RedisUnderTest) -> Settings:
    return load_settings({"KHABAR_REDIS_URL": own_redis.url})


async def restart_losing_what_came_after(redis: Redis, server: RedisUnderTest, saved: Path) -> None:
    """Kills Redis and starts it with the append-only file as it was saved."""
    await redis.connection_pool.disconnect()
    server.server.kill()
    live = saved.with_name("data")
    shutil.rmtree(live)
    shutil.copytree(saved, live)
    server.server.start()


def save(folder: Path) -> Path:
    """A copy of Redis's files."""
    saved = folder / "saved"
    shutil.copytree(folder / "data", saved)
    return saved


async def test_a_restart_that_lost_the_last_articles_leaves_no_reader_with_a_gap(
    own_redis: RedisUnderTest, own_settings: Settings, tmp_path: Path
) -> None:
    redis = connect(own_settings)
    cache, reader = Cache(redis, own_settings), Reader(redis, own_settings)
    arrivals = Arrivals(cache)
    kept, lost, later = enriched("kept"), enriched("lost"), enriched("later")
    await arrivals.apply(kept)
    reached_before_loss = arrivals.reached
    await redis.config_set("appendfsync", "always")
    await arrivals.apply()
    saved = save(tmp_path)
    await arrivals.apply(lost)
    seen, page = await read_on(reader, None)
    assert seen == keys([kept, lost])

    await restart_losing_what_came_after(redis, own_redis, saved)
    with pytest.raises(PositionBehindError) as refused:
        await arrivals.apply(later)
    arrivals.reached = refused.value.known
    assert arrivals.reached >= reached_before_loss
    await arrivals.apply(later)  # takes the sequence that the lost article had
    await arrivals.apply(lost)

    assert (await reader.newest()).epoch != page.reached.epoch
    again, resumed = await read_on(reader, page.reached)
    assert set(keys([lost, later])) <= set(again)
    assert len(again) == len(set(again))
    first = await reader.page(EVERYTHING, order="arrival", cursor=page.reached, limit=9, revisions="all")
    assert first.resumed
    assert resumed.reached == await reader.newest()
    await redis.aclose()


async def test_a_cursor_beyond_what_is_there_is_resumed_before_anything_new_comes(cache: Cache, reader: Reader) -> None:
    articles = [enriched("a"), enriched("b")]
    await Arrivals(cache).apply(*articles)
    newest = await reader.newest()
    page = await reader.page(
        EVERYTHING, order="arrival", cursor=Cursor(newest.epoch, 99, newest.time_ms), limit=9, revisions="all"
    )
    assert page.resumed
    assert names(page) == keys(articles)


async def test_a_wiped_redis_keeps_a_reader_where_it_was_until_articles_are_there_again(
    own_redis: RedisUnderTest, own_settings: Settings
) -> None:
    redis = connect(own_settings)
    reader = Reader(redis, own_settings)
    articles = [enriched("a"), enriched("b")]
    await Arrivals(Cache(redis, own_settings)).apply(*articles)
    _, page = await read_on(reader, None)
    await redis.flushall()
    empty, waiting = await read_on(reader, page.reached)
    assert (empty, waiting.reached) == ([], page.reached)
    assert await reader.newest() == START
    rebuilt = Arrivals(Cache(redis, own_settings))
    await rebuilt.apply(*articles, enriched("c"))
    again, _ = await read_on(reader, waiting.reached)
    assert again == keys([*articles, enriched("c")])
    await redis.aclose()


async def test_the_epoch_stays_while_the_same_redis_runs(cache: Cache, reader: Reader) -> None:
    arrivals = Arrivals(cache)
    await arrivals.apply(enriched("a"))
    first = await reader.newest()
    await arrivals.apply(enriched("b"))
    assert (await reader.newest()).epoch == first.epoch


@pytest.mark.parametrize(("before_ms", "expected"), [(RESUME_MARGIN_MS, 1), (RESUME_MARGIN_MS + 1, 0)])
async def test_a_reader_of_an_epoch_before_is_taken_back_by_the_margin_and_no_further(
    own_redis: RedisUnderTest, own_settings: Settings, before_ms: int, expected: int
) -> None:
    redis = connect(own_settings)
    reader, arrivals = Reader(redis, own_settings), Arrivals(Cache(redis, own_settings))
    await arrivals.apply(enriched("a"))
    before = await reader.newest()
    own_redis.server.stop()
    own_redis.server.start()
    await redis.connection_pool.disconnect()
    await arrivals.apply()
    assert (await reader.newest()).epoch != before.epoch
    cursor = Cursor(before.epoch, 1, before.time_ms + before_ms)
    page = await reader.page(EVERYTHING, order="arrival", cursor=cursor, limit=9, revisions="all")
    assert (page.resumed, len(page.items)) == (True, expected)
    await redis.aclose()


async def test_a_reader_of_an_epoch_that_never_was_here_is_taken_to_the_start(cache: Cache, reader: Reader) -> None:
    """As when an old copy of the data was put back: what it brings has times from before the reader's."""
    articles = [enriched("a"), enriched("b")]
    await Arrivals(cache).apply(*articles)
    newest = await reader.newest()
    elsewhere = Cursor("0bad", 1, newest.time_ms + 86_400_000)
    page = await reader.page(EVERYTHING, order="arrival", cursor=elsewhere, limit=9, revisions="all")
    assert (page.resumed, names(page)) == (True, keys(articles))
