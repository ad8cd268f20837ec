"""Found by when it was published: from the index, in order of arrival, whatever the order of publication."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from services.api.hub import Hub
from services.cache.cursor import Cursor
from services.cache.facets import Filter, facets_of, published_ms
from services.cache.keys import Keys
from services.cache.reading import Order, Reader
from services.cache.stage import Cache
from services.cache.upkeep import Upkeep
from shared.contracts import EnrichedArticle, Published
from shared.outcomes import TransientError
from shared.settings import Settings
from tests.articles import enriched
from tests.integration.cache.arrivals import EVERYTHING, Arrivals, keys, names
from tests.waiting import eventually

pytestmark = pytest.mark.integration

NOW = datetime(2026, 1, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ORDERS: tuple[Order, ...] = ("arrival", "newest")


def ms(at: datetime) -> int:
    return int(at.timestamp()) * 1000 + at.microsecond // 1000


def published(at: datetime | str) -> Published:
    text = at if isinstance(at, str) else at.isoformat(timespec="milliseconds")
    return Published(at=text, precision="minute", method="producer")


async def found(reader: Reader, wanted: Filter, order: Order = "newest", limit: int = 9) -> list[tuple[str, int]]:
    """Everything that is found, page by page."""
    seen: list[tuple[str, int]] = []
    cursor: Cursor | None = None
    while True:
        page = await reader.page(wanted, order=order, cursor=cursor, limit=limit)
        seen += names(page)
        cursor = page.reached
        if page.complete:
            return seen


async def test_both_ends_of_the_time_asked_for_are_included(cache: Cache, reader: Reader) -> None:
    step = timedelta(milliseconds=1)
    articles = [enriched(str(place), published=published(NOW + place * step)) for place in range(-1, 4)]
    await Arrivals(cache).apply(*articles)
    wanted = Filter(published_from_ms=ms(NOW), published_to_ms=ms(NOW + 2 * step))
    assert await found(reader, wanted, "arrival") == keys(articles[1:4])
    assert await found(reader, Filter(published_from_ms=ms(NOW + 3 * step))) == keys(articles[4:])
    assert await found(reader, Filter(published_to_ms=ms(NOW - step))) == keys(articles[:1])
    assert await found(reader, Filter(published_from_ms=ms(NOW + 4 * step))) == []


@pytest.mark.parametrize("edge", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)])
async def test_a_day_ends_where_the_next_one_begins(cache: Cache, reader: Reader, edge: datetime) -> None:
    last = enriched("last", published=published(edge - timedelta(milliseconds=1)))
    first = enriched("first", published=published(edge))
    await Arrivals(cache).apply(last, first)
    assert await found(reader, Filter(published_to_ms=ms(edge) - 1)) == keys([last])
    assert await found(reader, Filter(published_from_ms=ms(edge))) == keys([first])


async def test_a_time_that_cannot_be_read_is_in_no_range_and_stops_nothing(cache: Cache, reader: Reader) -> None:
    unreadable = enriched("unreadable", published=published("the other day"))
    await Arrivals(cache).apply(unreadable)
    assert await found(reader, EVERYTHING) == keys([unreadable])
    assert await found(reader, Filter(published_from_ms=-(10**14))) == []


def arriving(chance: random.Random, count: int) -> list[EnrichedArticle]:
    """Mostly as they are published, some late, some from an archive; a tenth of another language."""

    def at(number: int) -> datetime:
        late = chance.choices([timedelta(), DAY * chance.random() * 3, DAY * chance.randint(0, 400)], [8, 2, 1])[0]
        return NOW + timedelta(minutes=10 * number) - late

    return [
        enriched(
            str(number),
            published=published(at(number)),
            language="fr" if chance.random() < 0.1 else "en",
            topics=("pol",) if chance.random() < 0.5 else ("spo",),
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("budget", [40, 5_000])
async def test_any_range_finds_what_looking_at_every_article_finds(
    cache: Cache, redis: Redis, redis_settings: Settings, budget: int
) -> None:
    chance = random.Random(budget)
    articles = arriving(chance, 600)
    arrivals, reader = Arrivals(cache), Reader(redis, redis_settings, budget=budget)
    for start in range(0, len(articles), 200):
        await arrivals.apply(*articles[start : start + 200])
    for _ in range(25):
        since = NOW + DAY * chance.uniform(-3, 4)
        until = since + DAY * chance.choice([0.05, 0.5, 2, 300])
        wanted = Filter(
            language=chance.choice([None, None, "fr"]),
            topic=chance.choice([None, "pol"]),
            published_from_ms=chance.choice([None, ms(since)]),
            published_to_ms=chance.choice([None, ms(until)]),
        )
        expected = keys([a for a in articles if wanted.matches(a.id, facets_of(a), published_ms(a))])
        order = chance.choice(ORDERS)
        in_order = expected if order == "arrival" else expected[::-1]
        assert await found(reader, wanted, order, chance.randint(1, 60)) == in_order, wanted


async def test_a_day_long_ago_is_found_without_looking_at_what_came_since(
    cache: Cache, redis: Redis, redis_settings: Settings
) -> None:
    arrivals, long_ago = Arrivals(cache), enriched("old", published=published(NOW - 90 * DAY))
    await arrivals.apply(long_ago)
    for start in range(0, 1_000, 250):
        await arrivals.apply(*(enriched(str(number), published=published(NOW)) for number in range(start, start + 250)))
    reader = Reader(redis, redis_settings, budget=50)
    page = await reader.page(Filter(language="en", published_to_ms=ms(NOW - DAY)), order="newest", cursor=None, limit=5)
    assert (names(page), page.complete) == (keys([long_ago]), True)


@pytest.mark.parametrize(("late", "alone", "blocks"), [(3, 3, 0), (4, 0, 1)])
async def test_a_day_that_has_more_than_three_in_a_block_points_to_the_block(
    cache: Cache, reader: Reader, redis: Redis, redis_settings: Settings, late: int, alone: int, blocks: int
) -> None:
    of_today = [enriched(str(number), published=published(NOW)) for number in range(10)]
    of_before = [enriched(f"late-{number}", published=published(NOW - DAY)) for number in range(late)]
    await Arrivals(cache).apply(*of_today, *of_before)
    days, day = Keys(redis_settings.key_prefix).published, ms(NOW - DAY) // 86_400_000
    assert await redis.zcard(f"{days}few:{day}") == alone
    assert await redis.zcard(f"{days}{day}") == blocks
    assert await found(reader, Filter(published_to_ms=ms(NOW - DAY)), "arrival") == keys(of_before)


async def test_what_is_forgotten_leaves_no_day_behind(
    cache: Cache, reader: Reader, redis: Redis, redis_settings: Settings
) -> None:
    long_ago = (datetime.now(UTC) - timedelta(days=redis_settings.retention_days, minutes=1)).isoformat()
    kept = enriched("kept", published=published(NOW))
    gone = [enriched(str(day), published=published(NOW - day * DAY), enriched_at=long_ago) for day in range(3)]
    await Arrivals(cache).apply(*gone, kept)
    await Upkeep(redis, redis_settings).prune()
    assert await found(reader, Filter(published_to_ms=ms(NOW))) == keys([kept])
    left = [key async for key in redis.scan_iter(match=f"{Keys(redis_settings.key_prefix).published}*")]
    assert len(left) == 2  # the day of the one that is kept, and the set of days


async def test_an_index_of_the_form_before_says_that_it_must_be_rebuilt_and_answers_the_rest(
    cache: Cache, reader: Reader, redis: Redis, redis_settings: Settings
) -> None:
    article = enriched()
    arrivals = Arrivals(cache)
    await arrivals.apply(article)
    await redis.hdel(Keys(redis_settings.key_prefix).state, "form")
    await arrivals.apply(enriched("later"))
    with pytest.raises(TransientError, match="khabar rebuild cache"):
        await found(reader, Filter(published_from_ms=0))
    assert await found(reader, EVERYTHING) == keys([enriched("later"), article])


async def test_the_live_stream_honours_it(cache: Cache, reader: Reader, redis: Redis, redis_settings: Settings) -> None:
    arrivals, hub = Arrivals(cache), Hub(redis, redis_settings)
    await arrivals.apply(enriched("before"))
    hub.readers = 1
    running = asyncio.create_task(hub.run())
    place = await reader.newest()

    async def holds() -> bool:
        return hub.holds(place)

    await eventually(holds, "the hub follows")
    early, late = enriched("early", published=published(NOW - DAY)), enriched("late", published=published(NOW))
    await arrivals.apply(early, late)
    wanted = Filter(published_from_ms=ms(NOW))

    async def arrived() -> bool:
        return hub.after(place, wanted).reached.sequence == place.sequence + 2

    await eventually(arrived, "both articles")
    frames = hub.after(place, wanted).frames
    running.cancel()
    assert late.id.encode() in frames
    assert early.id.encode() not in frames
