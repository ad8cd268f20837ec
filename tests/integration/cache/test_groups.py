"""Groups, whole whichever of their articles came first, and joined where a copy of two shows them to be one."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from services.cache.facets import Filter, facets_of
from services.cache.keys import Keys
from services.cache.reading import MEMBERS, Reader
from services.cache.stage import Cache
from services.cache.upkeep import Upkeep
from services.deduplicator.chain import chain
from shared.contracts import Duplicate, EnrichedArticle, decode
from shared.settings import Settings
from tests.articles import copy_of, enriched
from tests.integration.cache.arrivals import Arrivals

pytestmark = pytest.mark.integration

GROUPS = 20


def copy_in(group: str, *joined: str) -> Duplicate:
    return Duplicate(
        relation="copy", of=group, group=group, containment=1, contained=1, method="passages", joined=list(joined)
    )


async def members(reader: Reader, group: str) -> list[EnrichedArticle]:
    return [decode(item.body, EnrichedArticle) for item in await reader.members(group)]


async def test_members_come_as_they_first_arrived_each_in_its_newest_revision(cache: Cache, reader: Reader) -> None:
    first, again = enriched("first"), enriched("first", title="Rain in the north, and floods", number=2)
    copied = enriched("copy", duplicate=copy_of(first))
    await Arrivals(cache).apply(first, enriched("other"), copied, again)
    assert await members(reader, first.id) == [again, copied]
    assert [link.article.id for link in chain(await members(reader, first.id))] == [first.id, copied.id]


async def test_an_article_that_nothing_repeats_has_no_other_members(cache: Cache, reader: Reader) -> None:
    await Arrivals(cache).apply(enriched("alone"))
    assert await members(reader, enriched("alone").id) == []


@pytest.mark.parametrize(("copies", "told"), [(MEMBERS - 1, MEMBERS), (MEMBERS, MEMBERS)])
async def test_of_a_large_group_the_first_are_told(cache: Cache, reader: Reader, copies: int, told: int) -> None:
    first = enriched("first")
    everyone = [first, *(enriched(f"copy-{n}", duplicate=copy_of(first)) for n in range(copies))]
    await Arrivals(cache).apply(*everyone)
    assert await members(reader, first.id) == everyone[:told]


async def test_groups_that_are_joined_are_found_by_either_name_and_so_is_what_comes_later(
    cache: Cache, reader: Reader
) -> None:
    one, other = enriched("one"), enriched("other")
    copied = enriched("copy", duplicate=copy_of(other))
    both = enriched("both", duplicate=copy_in(one.id, other.id))
    late = enriched("late", duplicate=copy_in(other.id))  # judged before the groups were joined
    revised = enriched("other", title="Rain in the south", number=2)
    arrivals = Arrivals(cache)
    await arrivals.apply(one, other, copied, both)
    await arrivals.apply(late, revised)
    expected = [one, revised, copied, both, late]
    assert await members(reader, one.id) == await members(reader, other.id) == expected
    assert Filter(group=other.id).matches(both.id, facets_of(both), None)
    assert await reader.repeated([both.id, one.id, other.id]) == (one.id, other.id)
    assert await reader.repeated([]) == ()


@pytest.mark.parametrize("seed", range(3))
async def test_joined_at_random_every_group_is_what_following_every_join_gives_and_nothing_stays_behind(
    cache: Cache, reader: Reader, redis: Redis, redis_settings: Settings, seed: int
) -> None:
    chance = random.Random(seed)
    long_ago = (datetime.now(UTC) - timedelta(days=redis_settings.retention_days, minutes=1)).isoformat()
    first = [enriched(f"first-{number}", enriched_at=long_ago) for number in range(GROUPS)]
    named = [article.id for article in first]
    copies = [
        enriched(f"copy-{number}", enriched_at=long_ago, duplicate=copy_in(*chance.sample(named, chance.randint(1, 3))))
        for number in range(15)
    ]
    articles = [*first, *copies]
    expected = _united(articles)
    chance.shuffle(articles)
    arrivals = Arrivals(cache)
    for article in articles:
        await arrivals.apply(article)
    for name in named:
        assert {member.id for member in await members(reader, name)} | {name} == expected[name]
    assert await Upkeep(redis, redis_settings).prune() == len(articles)
    keys = Keys(redis_settings.key_prefix)
    left = {key async for key in redis.scan_iter(match=f"{keys.state.rpartition(':')[0]}:*")}
    assert left == {keys.state.encode(), keys.positions.encode(), keys.stream.encode()}


def _united(articles: list[EnrichedArticle]) -> dict[str, set[str]]:
    """The groups, by putting together whatever an event names."""
    sets = {article.id: {article.id} for article in articles}
    for article in articles:
        if article.duplicate:
            for other in (article.duplicate.group, *article.duplicate.joined):
                united = sets[article.id] | sets[other]
                sets.update(dict.fromkeys(united, united))
    return sets
