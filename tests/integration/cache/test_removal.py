"""An article that is removed is gone from everything that is read, and those who follow are told."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from services.api.hub import Hub
from services.cache.events import Event, Removal
from services.cache.facets import Filter
from services.cache.keys import Keys
from services.cache.reading import Reader
from services.cache.rebuilding import Rebuild
from services.cache.stage import Cache
from services.cache.upkeep import Upkeep
from shared.contracts import encode
from shared.outcomes import Applied, Coordinates, Received, Unchanged
from shared.positions import NO_OFFSET, Span
from shared.settings import Settings
from tests.articles import copy_of, enriched, received
from tests.integration.cache.arrivals import EVERYTHING, TOPIC, Arrivals, keys, names
from tests.integration.cache.losing import Records

pytestmark = pytest.mark.integration

FIRST, SECOND = enriched("a"), enriched("a", title="Rain arrives", number=2)
OTHER = enriched("b", topics=("pol",))
SENT_MS = 2_000_000_000_000


def removal(offset: int) -> Received[Event]:
    return Received(Removal(FIRST.id), Coordinates(TOPIC, 0, offset), SENT_MS)


async def seen(reader: Reader, *, removals: bool = False) -> list[tuple[str, int]]:
    page = await reader.page(EVERYTHING, order="arrival", cursor=None, limit=9, revisions="all", removals=removals)
    return names(page)


async def test_it_is_gone_with_every_revision_wherever_it_is_looked_for(cache: Cache, reader: Reader) -> None:
    arrivals = Arrivals(cache)
    await arrivals.apply(FIRST, OTHER, SECOND, enriched("copy", duplicate=copy_of(FIRST)))
    assert await arrivals.remove(FIRST) == [Applied()]
    left = keys([OTHER, enriched("copy")])
    assert [await reader.article(FIRST.id, revision) for revision in (None, 1, 2)] == [None, None, None]
    assert await seen(reader) == left
    assert names(await reader.page(EVERYTHING, order="newest", cursor=None, limit=9)) == left[::-1]
    assert [item.entry.id for item in await reader.members(FIRST.id)] == [enriched("copy").id]
    assert await reader.article(OTHER.id) == encode(OTHER)


async def test_those_who_follow_are_told_in_their_order_and_by_what_they_asked_for(
    cache: Cache, reader: Reader
) -> None:
    arrivals = Arrivals(cache)
    await arrivals.apply(FIRST, OTHER)
    await arrivals.remove(FIRST)
    await arrivals.apply(enriched("c"))
    for wanted, told in ((EVERYTHING, [OTHER.id, FIRST.id, enriched("c").id]), (Filter(topic="pol"), [OTHER.id])):
        page = await reader.page(wanted, order="arrival", cursor=None, limit=9, revisions="all", removals=True)
        assert [item.entry.id for item in page.items] == told
        assert [item.entry.is_removal for item in page.items] == [one == FIRST.id for one in told]
        assert all(item.body == encode(Removal(FIRST.id)) for item in page.items if item.entry.is_removal)


async def test_the_live_stream_tells_it_as_an_event_of_its_own(
    cache: Cache, reader: Reader, redis: Redis, redis_settings: Settings
) -> None:
    arrivals, hub = Arrivals(cache), Hub(redis, redis_settings)
    await arrivals.apply(FIRST)
    hub.readers = 1
    while not hub.holds(await reader.newest()):
        await hub._step()
    place = await reader.newest()
    await arrivals.remove(FIRST)
    await hub._step()
    newest = await reader.newest()
    told = b'event: removed\nid: %s\ndata: {"id":"%s"}\n\n' % (newest.encode().encode(), FIRST.id.encode())
    assert hub.after(place, Filter(topic="wea")).frames == told
    assert hub.after(place, Filter(topic="pol")).frames == b""


async def test_removed_twice_or_never_known_it_is_unchanged(cache: Cache, reader: Reader) -> None:
    arrivals = Arrivals(cache)
    await arrivals.apply(FIRST)
    assert await arrivals.remove(FIRST, FIRST, OTHER) == [Applied(), Unchanged(), Unchanged()]
    assert (await reader.newest()).sequence == 2


async def test_batches_that_come_again_do_not_bring_it_back(cache: Cache, reader: Reader) -> None:
    batch: list[Received[Event]] = [*received([FIRST, SECOND]), removal(2)]
    await cache.process(batch, Span(TOPIC, 0, NO_OFFSET, 2))
    await cache.process(batch[:2], Span(TOPIC, 0, NO_OFFSET, 1))
    assert (await seen(reader), await reader.article(FIRST.id), await reader.article(FIRST.id, 1)) == ([], None, None)
    await cache.process(batch, Span(TOPIC, 0, NO_OFFSET, 2))
    assert await seen(reader, removals=True) == keys([SECOND])


async def test_a_later_revision_is_a_new_one(cache: Cache, reader: Reader) -> None:
    arrivals, third = Arrivals(cache), enriched("a", title="Rain is over", number=3)
    await arrivals.apply(FIRST)
    await arrivals.remove(FIRST)
    await arrivals.apply(third)
    assert await reader.article(FIRST.id) == encode(third)
    assert await seen(reader) == keys([third])


async def test_a_rebuilt_index_does_not_bring_it_back_and_tells_those_who_were_not_told(
    cache: Cache, reader: Reader, redis: Redis, redis_settings: Settings
) -> None:
    events: list[Received[Event]] = [*received([FIRST, OTHER], sent_ms=SENT_MS), removal(2)]
    await cache.process(events, Span(redis_settings.topic(TOPIC), 0, NO_OFFSET, 2))
    await Rebuild(redis, redis_settings, Records(events)).run()
    assert await seen(reader) == keys([OTHER])
    assert await seen(reader, removals=True) == keys([OTHER, FIRST])
    keys_of_all = Keys(redis_settings.key_prefix)
    assert await redis.exists(keys_of_all.body(FIRST.id, 1)) == 0


async def test_when_it_is_forgotten_nothing_of_it_stays(
    cache: Cache, redis: Redis, redis_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrivals = Arrivals(cache)
    await arrivals.apply(FIRST, SECOND, enriched("copy", duplicate=copy_of(FIRST)))
    await arrivals.remove(FIRST)
    monkeypatch.setattr("services.cache.memory.PRESSURE_SHARE", 0)
    monkeypatch.setattr("services.cache.memory.RELIEF_SHARE", 0)
    assert await Upkeep(redis, redis_settings).relieve() == 4
    own = Keys(redis_settings.key_prefix)
    left = {key async for key in redis.scan_iter(match=f"{own.state.removesuffix('state')}*")}
    assert left == {own.state.encode(), own.positions.encode(), own.stream.encode()}
