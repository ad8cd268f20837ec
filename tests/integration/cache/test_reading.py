from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from services.cache.cursor import Cursor
from services.cache.facets import Duplicates, Filter, facets_of
from services.cache.keys import Keys
from services.cache.reading import Reader
from services.cache.stage import Cache
from services.cache.upkeep import Upkeep
from shared.contracts import EnrichedArticle, encode
from shared.contracts.articles import TopicSlug
from shared.settings import Settings
from tests.articles import copy_of, enriched
from tests.integration.cache.arrivals import EVERYTHING, Arrivals, keys, names, read_on

pytestmark = pytest.mark.integration

LANGUAGES = ("ar", "en", "fr")
TOPICS: tuple[TopicSlug, ...] = ("pol", "spo")
COUNTRIES = ("SY", "EG", "LB")
DUPLICATES: tuple[Duplicates, ...] = ("show", "hide", "only")


def mixed(count: int) -> list[EnrichedArticle]:
    """Articles of every combination, some of them copies of the first."""
    first = enriched("0", language="ar", topics=("pol",), countries=("SY",))
    others = [
        enriched(
            str(number),
            language=LANGUAGES[number % 3],
            topics=TOPICS[: number % 3],
            countries=(COUNTRIES[number % 3], COUNTRIES[number % 2]) if number % 3 != number % 2 else (),
            source=("Example Wire", "جريدة المثال")[number % 2],
            duplicate=copy_of(first) if number % 4 == 0 else None,
        )
        for number in range(1, count)
    ]
    return [first, *others]


FILTERS = [
    Filter(language=language, topic=topic, country=country, duplicates=duplicates)
    for language, topic, country, duplicates in itertools.product(
        (None, "ar", "de"), (None, "pol", "spo"), (None, "SY"), DUPLICATES
    )
]


async def test_every_filter_finds_what_looking_at_every_article_finds(cache: Cache, reader: Reader) -> None:
    articles = mixed(60)
    await Arrivals(cache).apply(*articles)
    for wanted in FILTERS:
        expected = [article for article in articles if wanted.matches(article.id, facets_of(article), None)]
        page = await reader.page(wanted, order="newest", cursor=None, limit=100)
        assert names(page) == keys(expected[::-1]), wanted
        page = await reader.page(wanted, order="arrival", cursor=None, limit=100)
        assert names(page) == keys(expected), wanted


@pytest.mark.parametrize("limit", [1, 2, 7, 60])
@pytest.mark.parametrize("wanted", [EVERYTHING, Filter(topic="pol"), Filter(language="ar", duplicates="hide")])
async def test_pages_of_any_size_give_everything_once_in_both_orders(
    cache: Cache, reader: Reader, limit: int, wanted: Filter
) -> None:
    articles = mixed(60)
    await Arrivals(cache).apply(*articles)
    expected = [article for article in articles if wanted.matches(article.id, facets_of(article), None)]
    for order, in_order in (("arrival", expected), ("newest", expected[::-1])):
        seen: list[tuple[str, int]] = []
        cursor: Cursor | None = None
        while True:
            page = await reader.page(wanted, order=order, cursor=cursor, limit=limit)  # type: ignore[arg-type]
            seen += names(page)
            cursor = page.reached
            if page.complete:
                break
        assert seen == keys(in_order)


async def test_a_narrow_filter_gives_up_after_its_budget_and_goes_on_from_there(
    cache: Cache, redis: Redis, redis_settings: Settings
) -> None:
    """A page may be short and not the last; its cursor is where to go on."""
    arrivals = Arrivals(cache)
    await arrivals.apply(enriched("old", language="fr", topics=("pol",)))
    for start in range(0, 1200, 200):
        await arrivals.apply(
            *(enriched(str(number), language="fr", topics=("spo",)) for number in range(start, start + 200)),
            *(enriched(f"p{number}", language="ar", topics=("pol",)) for number in range(start, start + 200)),
        )
    reader = Reader(redis, redis_settings, budget=200)
    page = await reader.page(Filter(language="fr", topic="pol"), order="newest", cursor=None, limit=5)
    assert (len(page.items), page.complete) == (0, False)
    while not page.complete:
        page = await reader.page(Filter(language="fr", topic="pol"), order="newest", cursor=page.reached, limit=5)
    assert names(page) == keys([enriched("old")])


async def test_what_arrives_while_a_reader_pages_newest_first_does_not_shift_its_pages(
    cache: Cache, reader: Reader
) -> None:
    arrivals = Arrivals(cache)
    await arrivals.apply(*(enriched(name) for name in "abcd"))
    first = await reader.page(EVERYTHING, order="newest", cursor=None, limit=2)
    await arrivals.apply(enriched("e"))
    second = await reader.page(EVERYTHING, order="newest", cursor=first.reached, limit=2)
    assert names(first) + names(second) == keys([enriched(name) for name in "dcba"])
    seen, _ = await read_on(reader, first.newest)
    assert seen == keys([enriched("e")])


async def test_the_values_to_filter_by_are_as_people_read_them(cache: Cache, reader: Reader) -> None:
    await Arrivals(cache).apply(
        enriched("a", source="الجزيرة"), enriched("b", source="الجزيرة"), enriched("c", source="BBC News")
    )
    assert [(value.label, value.count) for value in await reader.values("source")] == [("الجزيرة", 2), ("BBC News", 1)]


async def test_an_article_past_its_retention_is_forgotten_whole(
    cache: Cache, reader: Reader, redis: Redis, redis_settings: Settings
) -> None:
    long_ago = (datetime.now(UTC) - timedelta(days=redis_settings.retention_days, minutes=1)).isoformat()
    old = enriched("old", source="Gone", enriched_at=long_ago, language="fr")
    new = enriched("new", duplicate=copy_of(old))
    arrivals = Arrivals(cache)
    await arrivals.apply(old, new)
    assert await Upkeep(redis, redis_settings).prune() == 1
    assert names(await reader.page(EVERYTHING, order="newest", cursor=None, limit=9)) == keys([new])
    assert names(await reader.page(Filter(language="fr"), order="newest", cursor=None, limit=9)) == []
    assert names(await reader.page(Filter(group=old.id), order="newest", cursor=None, limit=9)) == keys([new])
    assert [value.value for value in await reader.values("language")] == ["en"]
    assert await reader.article(old.id) is None
    assert await redis.zcard(f"{Keys(redis_settings.key_prefix).facets}language:fr") == 0
    seen, _ = await read_on(reader, None)
    assert seen == keys([new])


async def test_pruning_keeps_what_is_within_the_retention(cache: Cache, redis: Redis, redis_settings: Settings) -> None:
    within = (datetime.now(UTC) - timedelta(days=redis_settings.retention_days) + timedelta(minutes=5)).isoformat()
    await Arrivals(cache).apply(enriched("a", enriched_at=within))
    assert await Upkeep(redis, redis_settings).prune() == 0


async def test_a_body_goes_by_itself_an_hour_after_its_retention(
    cache: Cache, redis: Redis, redis_settings: Settings
) -> None:
    article = enriched("a")
    await Arrivals(cache).apply(article)
    left = await redis.ttl(Keys(redis_settings.key_prefix).body(article.id, 1))
    retention = redis_settings.retention_days * 86_400
    assert retention < left <= retention + 3_600


async def test_a_read_that_is_given_up_never_hands_its_answer_to_another(cache: Cache, reader: Reader) -> None:
    """Cancelled commands once shifted the replies of their connection (redis-py #2665)."""
    articles = [enriched(str(number)) for number in range(30)]
    await Arrivals(cache).apply(*articles)
    for turn in range(100):
        given_up = [asyncio.create_task(reader.article(article.id)) for article in articles[:10]]
        for _ in range(turn % 7):
            await asyncio.sleep(0)
        for task in given_up:
            task.cancel()
        await asyncio.gather(*given_up, return_exceptions=True)
        wanted = articles[turn % 30]
        assert await reader.article(wanted.id) == encode(wanted)
