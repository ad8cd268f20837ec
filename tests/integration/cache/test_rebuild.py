"""`khabar rebuild cache` on real servers, killed in the middle and run again, while articles come and readers read."""

from __future__ import annotations

import asyncio
import random
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from redis.asyncio import Redis

from services.cache.cursor import Cursor
from services.cache.facets import Filter
from services.cache.keys import Keys
from services.cache.reading import Reader
from services.cache.retired import Retired
from shared.contracts import EnrichedArticle, encode
from shared.positions import NO_OFFSET, PositionBehindError, Span
from shared.redis import connect
from shared.settings import Settings
from shared.stream.connection import client_options
from shared.stream.headers import INPUT
from shared.stream.history import History
from shared.stream.recovery import Published, restore_from_outputs
from shared.topics import CLASSIFIED, DEAD, ENRICHED
from tests.articles import enriched
from tests.integration.cache.arrivals import EVERYTHING, keys, names
from tests.reading import committed_once_there_are, events
from tests.servers.services import KHABAR, Services
from tests.waiting import eventually

pytestmark = pytest.mark.integration

BEFORE = 3_000  # articles that are there when the first rebuild begins: it takes some half a second
KILLS = 5  # tries to kill one before it is done


@dataclass(slots=True)
class Feed:
    """Articles that arrive."""

    producer: AIOKafkaProducer
    topic: str
    sent: list[EnrichedArticle] = field(default_factory=list)
    is_over: bool = False

    async def send(self, count: int) -> None:
        """The next ones, acknowledged."""
        start = len(self.sent)
        articles = [enriched(str(number), topics=("pol",)) for number in range(start, start + count)]
        for acknowledged in [await self.producer.send(self.topic, encode(a), key=a.id.encode()) for a in articles]:
            await acknowledged
        self.sent += articles

    async def run(self) -> None:
        """A few at a time."""
        while not self.is_over:
            await self.send(20)
            await asyncio.sleep(0.05)


@dataclass(slots=True)
class Readers:
    """One that keeps its cursor, and one that asks for whatever there is; each asks again at once."""

    reader: Reader
    cursor: Cursor | None = None
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)
    told: int = 0  # how often that some may come again
    asked: int = 0
    are_done: bool = False

    async def follow(self) -> None:
        while not self.are_done:
            await self.read_on()

    async def read_on(self) -> bool:
        page = await self.reader.page(EVERYTHING, order="arrival", cursor=self.cursor, limit=200, revisions="all")
        self.seen.update(names(page))
        self.cursor, self.told = page.reached, self.told + page.resumed
        return page.complete

    async def ask(self, known: Sequence[EnrichedArticle]) -> None:
        while not self.are_done:
            newest = await self.reader.page(Filter(topic="pol"), order="newest", cursor=None, limit=20)
            assert len(newest.items) == 20
            before = await self.reader.page(Filter(language="en"), order="newest", cursor=newest.reached, limit=20)
            assert len(before.items) == 20
            assert await self.reader.article(random.choice(known).id) is not None
            assert [value.value for value in await self.reader.values("topic")] == ["pol"]
            self.asked += 1


@pytest.fixture
def services(tmp_path: Path, settings: Settings) -> Iterator[Services]:
    services = Services(tmp_path, settings, {"cache": 1})
    services.start()
    yield services
    services.stop()


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    client = connect(settings)
    yield client
    await client.aclose()


@pytest.fixture
async def feed(services: Services, settings: Settings) -> AsyncIterator[Feed]:
    producer = AIOKafkaProducer(**client_options(settings), acks="all", linger_ms=5)
    await producer.start()
    yield Feed(producer, settings.topic(ENRICHED.name))
    await producer.stop()


async def has_all(reader: Reader, feed: Feed) -> bool:
    return (await reader.newest()).sequence >= len(feed.sent)


async def killed_in_the_middle(services: Services, redis: Redis, prefix: str) -> None:
    """A rebuild that has written some of its index, and dies."""
    for _ in range(KILLS):
        rebuild = subprocess.Popen([*KHABAR, "rebuild", "cache"], env=services.environment, stdout=subprocess.PIPE)
        while rebuild.poll() is None:
            name: Any = await redis.get(Keys(prefix).building)
            if name and int(await redis.hget(Keys(prefix, name.decode()).state, "sequence") or 0):
                rebuild.kill()
        rebuild.communicate()
        if await redis.exists(Keys(prefix).building):
            return
    raise AssertionError(f"{KILLS} rebuilds were done before they could be killed")


async def test_readers_page_and_filter_all_through_a_rebuild_that_is_killed_and_run_again(
    services: Services, settings: Settings, redis: Redis, feed: Feed
) -> None:
    reader, prefix = Reader(redis, settings), settings.key_prefix
    await feed.send(BEFORE)
    await eventually(lambda: has_all(reader, feed), "the agent has applied everything")
    readers = Readers(reader)
    going_on = [asyncio.create_task(task) for task in (feed.run(), readers.follow(), readers.ask(feed.sent[:BEFORE]))]
    first = await reader.newest()

    await killed_in_the_middle(services, redis, prefix)
    left: Any = await redis.get(Keys(prefix).building)
    served = await reader.newest()
    asked, arrived = readers.asked, len(readers.seen)

    async def others_go_on() -> bool:
        return readers.asked > asked + 3 and len(readers.seen) > arrived

    await eventually(others_go_on, "readers read on")
    if served.epoch == first.epoch:
        assert (readers.told, set(readers.seen.values())) == (0, {1})

    await redis.pexpire(Keys(prefix).building, 1)  # as half a minute later
    said = await asyncio.to_thread(services.khabar, "rebuild", "cache")
    assert "rebuilt" in said
    assert (await reader.newest()).epoch != served.epoch
    assert not await redis.hexists(Keys(prefix).retired, left)  # what the dead one left is gone

    asked, arrived = readers.asked, len(readers.seen)
    await eventually(others_go_on, "readers read on in the new index")
    feed.is_over = readers.are_done = True
    await asyncio.gather(*going_on)  # raises what one of them found wrong
    await eventually(lambda: has_all(reader, feed), "the agent has applied everything that came")
    while not await readers.read_on():
        pass
    assert set(readers.seen) >= set(keys(feed.sent))
    assert readers.told
    assert await reader.article(feed.sent[-1].id) == encode(feed.sent[-1])

    for name in await redis.hkeys(Keys(prefix).retired):
        await redis.hset(Keys(prefix).retired, name, "0")  # as a minute later
    await Retired(redis, settings).clear()
    assert not await redis.exists(Keys(prefix).stream, Keys(prefix).state)

    await remove_one_and_send_what_cannot_be_read(services, settings, reader, feed)

    services.environment["KHABAR_REDIS_URL"] = "redis://127.0.0.1:1/0"
    assert "nothing was changed" in await asyncio.to_thread(services.khabar_fails, "rebuild", "cache")


async def remove_one_and_send_what_cannot_be_read(
    services: Services, settings: Settings, reader: Reader, feed: Feed
) -> None:
    """A record without a value removes the article that its key names; with another key it is a dead letter."""
    removed, kept = feed.sent[:2]
    assert "'zz' is no article's id" in await asyncio.to_thread(services.khabar_fails, "remove", "zz")
    await feed.producer.send_and_wait(feed.topic, None, key=b"zz")
    await asyncio.to_thread(services.khabar, "remove", removed.id)

    async def is_gone() -> bool:
        return await reader.article(removed.id) is None

    await eventually(is_gone, "the agent has removed it")
    assert await reader.article(kept.id) == encode(kept)
    (letter,) = events(await committed_once_there_are(settings, DEAD, 1))
    assert (letter["stage"], letter["value"]) == ("cache", "")

    restored: list[Published] = []

    async def put_back(span: Span, published: Sequence[Published]) -> None:
        restored.extend(published)

    classified = settings.topic(CLASSIFIED.name)
    headers = [(INPUT, f"{classified}/0/5".encode())]
    await feed.producer.send_and_wait(feed.topic, None, key=kept.id.encode(), partition=0, headers=headers)
    lost = PositionBehindError(Span(classified, 0, 9, 9), NO_OFFSET)
    await restore_from_outputs(History(settings), feed.topic, put_back, lost, lambda: None)
    assert restored == []  # the deduplicator's index keeps what it knows of an article that was removed
