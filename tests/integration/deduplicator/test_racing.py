"""Workers that race on the same content: one original each time, nobody left out, nobody twice."""

from __future__ import annotations

import asyncio
import random
import uuid

import pytest
from redis.asyncio import Redis

from services.deduplicator.redis_index import RedisIndex
from services.deduplicator.redis_keys import RedisKeys
from services.deduplicator.stage import Deduplicator
from shared.contracts import ClassifiedArticle, EnrichedArticle
from shared.outcomes import Publish, Unchanged
from tests.unit.deduplicator.samples import classified, prose, received, span

pytestmark = pytest.mark.integration

WORKERS = 3
STORIES = 1_500
PATIENCE_SECONDS = 60.0  # of a call: workers that wait for each other on a busy machine are no fault of the index


async def work(stage: Deduplicator, partition: int, articles: list[ClassifiedArticle]) -> list[EnrichedArticle]:
    """All articles of one partition in batches of random size, one batch in five delivered twice."""
    chance = random.Random(partition)
    published: list[EnrichedArticle] = []
    follows = -1
    while follows + 1 < len(articles):
        size = chance.randint(1, 12)
        batch = [
            received(article, follows + 1 + place, partition)
            for place, article in enumerate(articles[follows + 1 : follows + 1 + size])
        ]
        reaches = follows + len(batch)
        outcomes = await stage.process(batch, span(follows, reaches, partition))
        if chance.random() < 0.2:
            assert await stage.process(batch, span(follows, reaches, partition)) == outcomes
        published += [outcome.article for outcome in outcomes if isinstance(outcome, Publish)]
        follows = reaches
    return published


async def race(redis_url: str, articles: list[list[ClassifiedArticle]]) -> list[EnrichedArticle]:
    keys = RedisKeys(uuid.uuid4().hex)
    clients = [Redis.from_url(redis_url, socket_timeout=PATIENCE_SECONDS) for _ in articles]
    stages = [Deduplicator(RedisIndex(client, keys), clock=lambda: 1_790_000_000.0) for client in clients]
    try:
        done = await asyncio.gather(
            *(work(stage, partition, articles[partition]) for partition, stage in enumerate(stages))
        )
    finally:
        for client in clients:
            await client.aclose()
    return [event for events in done for event in events]


async def test_racing_on_the_same_content_gives_one_original(redis_url: str) -> None:
    # Nearly the same order in each, so that the same story is in the air at the same time.
    articles = [
        [classified(f"{worker}/{story}", prose(story, 60)) for story in range(STORIES)] for worker in range(WORKERS)
    ]
    events = await race(redis_url, articles)
    assert len(events) == WORKERS * STORIES
    by_text: dict[str, list[EnrichedArticle]] = {}
    for event in events:
        by_text.setdefault(event.text, []).append(event)
    assert len(by_text) == STORIES
    for copies in by_text.values():
        (original,) = [event for event in copies if event.duplicate is None]
        assert {event.duplicate.group for event in copies if event.duplicate} == {original.id}


async def test_racing_on_the_same_article_publishes_it_once(redis_url: str) -> None:
    same = [classified(f"{story}", prose(story, 50)) for story in range(STORIES)]
    events = await race(redis_url, [same] * WORKERS)
    assert sorted(event.id for event in events) == sorted(article.id for article in same)
    assert all(event.duplicate is None for event in events)


async def test_the_one_that_came_late_is_unchanged(redis_url: str) -> None:
    client = Redis.from_url(redis_url)
    stage = Deduplicator(RedisIndex(client, RedisKeys(uuid.uuid4().hex)))
    article = classified("a", prose(1))
    first, second = await asyncio.gather(
        stage.process([received(article, 0, 0)], span(-1, 0, 0)),
        stage.process([received(article, 0, 1)], span(-1, 0, 1)),
    )
    assert sorted(type(outcome).__name__ for outcome in first + second) == ["Publish", Unchanged.__name__]
    await client.aclose()
