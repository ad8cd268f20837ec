"""A topic in memory, readers that keep their cursors, and a Redis that loses what it has not kept."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio import Redis

from services.cache.cursor import Cursor
from services.cache.events import Event
from services.cache.reading import Reader
from services.cache.stage import Cache
from shared.contracts import EnrichedArticle, encode
from shared.outcomes import Received
from shared.positions import NO_OFFSET, PositionBehindError, Span
from tests.articles import enriched, received
from tests.integration.cache.arrivals import EVERYTHING, TOPIC, names
from tests.servers.starting import RedisUnderTest

PARTITIONS, ARTICLES, REVISIONS = 3, 40, 3


@dataclass(slots=True)
class Partition:
    """What Kafka holds of one partition, and the last offset that the agent has handled."""

    number: int
    records: list[EnrichedArticle]
    handled: int = NO_OFFSET

    @property
    def done(self) -> bool:
        return self.handled == len(self.records) - 1

    async def apply(self, cache: Cache, size: int, *, follows: int | None = None) -> None:
        """The next batch; goes back to what Redis knows where it refuses. With `follows`, an older batch again."""
        start = self.handled if follows is None else follows
        batch = self.records[start + 1 : start + 1 + size]
        span = Span(TOPIC, self.number, start, start + len(batch))
        try:
            await cache.process(
                received(batch, first_offset=start + 1, partition=self.number, sent_ms=2_000_000_000_000), span
            )
        except PositionBehindError as exc:
            self.handled = exc.known
        else:
            self.handled = max(self.handled, span.reaches)


@dataclass(slots=True)
class Follower:
    """A reader that keeps its cursor."""

    cursor: Cursor | None = None
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)
    resumed: bool = False

    async def read(self, reader: Reader, limit: int) -> bool:
        """One page; whether there is nothing after it now."""
        page = await reader.page(EVERYTHING, order="arrival", cursor=self.cursor, limit=limit, revisions="all")
        self.seen.update(names(page))
        self.cursor, self.resumed = page.reached, self.resumed or page.resumed
        return page.complete


@dataclass(slots=True)
class Faults:
    """Loses what Redis has not kept, as a machine that fails does."""

    server: RedisUnderTest
    folder: Path
    saved: Path | None = None

    def save(self) -> None:
        """A restart will bring back what is there now."""
        self.saved = self.folder / "saved"
        shutil.rmtree(self.saved, ignore_errors=True)
        shutil.copytree(self.folder / "data", self.saved)

    async def restart(self, redis: Redis) -> None:
        await redis.connection_pool.disconnect()
        self.server.server.kill()
        if self.saved:
            shutil.rmtree(self.folder / "data")
            shutil.copytree(self.saved, self.folder / "data")
        self.server.server.start()
        self.saved = None


def partitions(chance: random.Random) -> list[Partition]:
    """Each article's revisions in order, in one partition, mixed with those of others."""
    made = []
    for number in range(PARTITIONS):
        upcoming = [name for name in range(ARTICLES) for _ in range(chance.randint(1, REVISIONS))]
        chance.shuffle(upcoming)
        counts: Counter[int] = Counter()
        records = []
        for name in upcoming:
            counts[name] += 1
            records.append(enriched(f"{number}-{name}", title=f"Revision {counts[name]}", number=counts[name]))
        made.append(Partition(number, records))
    return made


async def applied_whole(kafka: Sequence[Partition], cache: Cache) -> None:
    """An agent that comes to the end of every partition; a loss that no batch has met yet is met now."""
    for partition in [*kafka, *kafka]:
        await partition.apply(cache, 0)
        while not partition.done:
            await partition.apply(cache, 20)


async def assert_whole(kafka: Sequence[Partition], followers: Sequence[Follower], reader: Reader) -> None:
    """Readers have seen everything, once or told that some comes again, and the cache holds everything."""
    everything = {(record.id, record.revision.number) for partition in kafka for record in partition.records}
    for follower in followers:
        while not await follower.read(reader, 50):
            pass
        assert set(follower.seen) == everything
        assert follower.resumed or set(follower.seen.values()) == {1}
    newest = {record.id: record for partition in kafka for record in partition.records}
    for article, record in newest.items():
        assert await reader.article(article) == encode(record)
    latest = await reader.page(EVERYTHING, order="newest", cursor=None, limit=1000)
    assert sorted(names(latest)) == sorted((record.id, record.revision.number) for record in newest.values())


@dataclass(frozen=True, slots=True)
class Records:
    """What a rebuild reads: one partition."""

    events: list[Received[Event]]

    async def up_to(self, last: Mapping[int, int]) -> AsyncIterator[Sequence[Received[Event]]]:
        while self.events and self.events[0].at.offset <= last.get(0, NO_OFFSET):
            yield [self.events.pop(0)]
