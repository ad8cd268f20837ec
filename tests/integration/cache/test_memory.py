"""What goes first where memory is short, and what shows it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from services.cache.events import Event
from services.cache.keys import Keys
from services.cache.memory import PRESSURE_SHARE, RELIEF_SHARE, memory_of
from services.cache.reading import Reader
from services.cache.rebuilding import INDEX_BYTES, Rebuild
from services.cache.stage import Cache
from services.cache.upkeep import Upkeep
from shared.metrics import REGISTRY
from shared.outcomes import CannotStartError, Received
from shared.positions import NO_OFFSET, Span
from shared.redis import connect
from shared.settings import Settings
from tests.articles import enriched, received
from tests.integration.cache.arrivals import EVERYTHING, TOPIC, Arrivals, keys, names
from tests.integration.cache.losing import Records

pytestmark = pytest.mark.integration

ARTICLES, LETTERS = 60, 60_000


def forgotten(why: str) -> float:
    return REGISTRY.get_sample_value("khabar_cache_forgotten_total", {"why": why}) or 0.0


async def test_where_memory_is_short_the_oldest_go_first_with_their_bodies_until_there_is_room(
    fault_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.cache.upkeep.ENTRIES_A_CALL", 5)
    redis, chance = connect(fault_settings), random.Random(1)
    reader, upkeep = Reader(redis, fault_settings), Upkeep(redis, fault_settings)
    articles = [enriched(str(number), text=chance.randbytes(LETTERS).hex()) for number in range(ARTICLES)]
    await Arrivals(Cache(redis, fault_settings)).apply(*articles)
    used, before = (await memory_of(redis)).used, forgotten("memory")

    await redis.config_set("maxmemory", int(used / PRESSURE_SHARE * 1.01))
    assert await upkeep.relieve() == 0
    await redis.config_set("maxmemory", int(used / PRESSURE_SHARE * 0.99))
    gone = await upkeep.relieve()

    memory = await memory_of(redis)
    assert memory.used <= RELIEF_SHARE * memory.limit
    assert 0 < gone < ARTICLES / 3
    assert forgotten("memory") - before == gone
    page = await reader.page(EVERYTHING, order="arrival", cursor=None, limit=ARTICLES)
    assert names(page) == keys(articles[gone:])
    assert page.forgotten == gone
    assert not await redis.exists(*(Keys(fault_settings.key_prefix).body(one.id, 1) for one in articles[:gone]))
    await redis.aclose()


async def test_what_is_past_its_retention_is_counted_as_that(fault_settings: Settings) -> None:
    redis, before = connect(fault_settings), forgotten("retention")
    long_ago = (datetime.now(UTC) - timedelta(days=fault_settings.retention_days, minutes=1)).isoformat()
    await Arrivals(Cache(redis, fault_settings)).apply(enriched("old", enriched_at=long_ago), enriched("new"))
    assert await Upkeep(redis, fault_settings).prune() == 1
    assert forgotten("retention") - before == 1
    await redis.aclose()


async def test_a_rebuild_that_has_no_room_for_a_second_index_says_what_it_needs(fault_settings: Settings) -> None:
    redis, articles = connect(fault_settings), [enriched(str(number)) for number in range(400)]
    await Arrivals(Cache(redis, fault_settings)).apply(*articles)
    room = (await memory_of(redis)).used + len(articles) * INDEX_BYTES
    await redis.config_set("maxmemory", int(room / PRESSURE_SHARE) - 100_000)
    with pytest.raises(CannotStartError, match="no room for a second index of 400 revisions"):
        await Rebuild(redis, fault_settings, Records([])).run()
    assert await redis.exists(Keys(fault_settings.key_prefix).building) == 0
    await redis.config_set("maxmemory", int(room / PRESSURE_SHARE) + 1_000_000)
    assert (await Rebuild(redis, fault_settings, Records([])).run(accept_loss=True)).revisions == 0
    await redis.aclose()


@pytest.mark.parametrize(("there", "refused"), [(1, True), (2, False)])
async def test_a_rebuild_that_would_lose_more_than_half_of_what_is_served_says_so_and_changes_nothing(
    fault_settings: Settings, there: int, refused: bool
) -> None:
    redis, articles = connect(fault_settings), [enriched(str(number)) for number in range(4)]
    events: list[Received[Event]] = [*received(articles, sent_ms=2_000_000_000_000)]
    await Cache(redis, fault_settings).process(events, Span(TOPIC, 0, NO_OFFSET, 3))
    rebuild, reader = Rebuild(redis, fault_settings, Records(events[:there])), Reader(redis, fault_settings)
    if refused:
        with pytest.raises(CannotStartError, match="1 of the 4 revisions that the cache serves"):
            await rebuild.run()
    else:
        await rebuild.run()
    assert (await reader.newest()).sequence == (4 if refused else there)
    await redis.aclose()
