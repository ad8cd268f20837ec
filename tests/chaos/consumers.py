"""What the readers of the topics and of the cache see when all is over, held against what was pushed."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from services.cache.facets import Filter
from services.cache.reading import Reader
from services.normalizer.stage import Normalizer
from shared.clock import system_clock
from shared.contracts import decode_raw
from shared.outcomes import Coordinates, Publish, Received
from shared.positions import NO_OFFSET, Span
from shared.redis import connect
from shared.settings import Settings
from shared.stream.connection import client_options
from shared.topics import DEAD, ENRICHED, Topic

Version = tuple[str, str]
"""Id of an article, hash of a revision."""

QUIET_SECONDS = (
    60.0  # nothing new for so long: a broker's restart, a timeout of 20 s and a service's start, on a busy machine
)


async def expected_versions(values: Sequence[bytes]) -> set[Version]:
    """What must come out, once each: every revision of every article that is no poison."""
    received = [Received(decode_raw(value), Coordinates("-", 0, place), 0) for place, value in enumerate(values)]
    outcomes = await Normalizer(system_clock, "test").process(received, Span("-", 0, NO_OFFSET, len(values)))
    return {(o.article.id, o.article.revision_hash) for o in outcomes if isinstance(o, Publish)}


@dataclass(frozen=True, slots=True)
class Seen:
    """Committed records, in the order of each partition, with the time at which this reader got them."""

    records: list[ConsumerRecord]
    arrivals: list[tuple[float, int]]  # monotonic seconds, partition

    def back_after(self, moment: float, partitions: int) -> float:
        """Seconds from then until every partition had given a record again."""
        firsts = []
        for partition in range(partitions):
            later = [at for at, where in self.arrivals if where == partition and at > moment]
            if later:
                firsts.append(min(later) - moment)
        return max(firsts, default=0.0)


class Watching:
    """Reads a topic's committed records from its beginning, for as long as it is asked to."""

    def __init__(self, settings: Settings, topic: Topic) -> None:
        self._consumer = AIOKafkaConsumer(
            settings.topic(topic.name),
            **client_options(settings),
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        self.seen = Seen([], [])
        self._newest = time.monotonic()

    async def run(self) -> None:
        """Reads until it is cancelled."""
        await self._consumer.start()
        try:
            while True:
                for records in (await self._consumer.getmany(timeout_ms=200)).values():
                    self._newest = time.monotonic()
                    self.seen.records.extend(records)
                    self.seen.arrivals.extend((self._newest, record.partition) for record in records)
        finally:
            await self._consumer.stop()

    async def until(self, count: int, limit_seconds: float) -> None:
        """Returns when that many records have come, or none for a while."""
        until = time.monotonic() + limit_seconds
        while time.monotonic() < until:
            await asyncio.sleep(0.5)
            quiet = time.monotonic() - self._newest > QUIET_SECONDS
            if quiet or len(self.seen.records) >= count:
                await asyncio.sleep(3)  # what would come twice comes late
                return


def versions_of(records: Sequence[ConsumerRecord]) -> Counter[Version]:
    """How often each version was published."""
    articles = (orjson.loads(record.value) for record in records)
    return Counter((article["id"], article["revision"]["hash"]) for article in articles)


def dead_inputs(records: Sequence[ConsumerRecord]) -> Counter[tuple[str, int, int]]:
    """How often each input became a dead letter."""
    letters = (orjson.loads(record.value) for record in records)
    return Counter((letter["topic"], letter["partition"], letter["offset"]) for letter in letters)


def newest_of(records: Sequence[ConsumerRecord]) -> dict[str, int]:
    """The number of each article's newest revision."""
    newest: dict[str, int] = {}
    for record in records:
        article = orjson.loads(record.value)
        newest[article["id"]] = max(newest.get(article["id"], 0), article["revision"]["number"])
    return newest


async def cached(settings: Settings) -> dict[str, int]:
    """The number of the revision that the cache holds of each article, walked by cursor."""
    redis = connect(settings)
    reader = Reader(redis, settings)
    held: dict[str, int] = {}
    try:
        cursor = None
        while True:
            page = await reader.page(Filter(), order="arrival", cursor=cursor, limit=500)
            for item in page.items:
                body = orjson.loads(item.body)
                held[body["id"]] = max(held.get(body["id"], 0), body["revision"]["number"])
            cursor = page.reached
            if page.complete:
                return held
    finally:
        await redis.aclose()


__all__ = ["DEAD", "ENRICHED", "Watching"]
