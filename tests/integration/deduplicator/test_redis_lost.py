"""Redis loses its last second, or everything: what was published stays said, and what follows is judged the same."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from redis.asyncio import Redis

from services.deduplicator.index import Index
from services.deduplicator.memory_index import MemoryIndex
from services.deduplicator.published import PublishedRecord
from services.deduplicator.redis_index import RedisIndex
from services.deduplicator.redis_keys import RedisKeys
from services.deduplicator.stage import Deduplicator
from shared.contracts import ClassifiedArticle, EnrichedArticle
from shared.outcomes import Coordinates, Outcome, Publish, Received, TransientError
from shared.positions import PositionBehindError
from tests.servers import redis_server
from tests.unit.deduplicator.samples import NOW, classified, halfway, prose, received, span

pytestmark = pytest.mark.integration

BATCH = 25
ARTICLES = 600


def articles() -> list[ClassifiedArticle]:
    """New ones, copies, longer ones, copies of two groups, revisions, and the same ones pushed again."""
    chance = random.Random(6)
    made: list[ClassifiedArticle] = []
    for number in range(ARTICLES):
        earlier = chance.choice(made) if made else None
        kind = chance.choice(["new", "copy", "longer", "step", "revision", "again"]) if earlier else "new"
        if earlier is None or kind == "new":
            made.append(classified(f"n{number}", prose(number, 70)))
        elif kind == "copy":
            made.append(classified(f"n{number}", earlier.text + " Ends."))
        elif kind == "longer":
            made.append(classified(f"n{number}", earlier.text + "\n" + prose(number, 50)))
        elif kind == "step":  # the first and the last of three, then the one between, which joins their groups
            step = chance.choice((0, 2)) if number % 60 < 40 else 1
            made.append(classified(f"n{number}", halfway(-1 - number // 60)[step]))
        elif kind == "revision":
            made.append(classified((earlier.url or "").removeprefix("https://wire.example/"), earlier.text + " Fixed."))
        else:
            made.append(earlier)
    return made


@dataclass
class Stream:
    """Stands in for Kafka and the runtime: inputs, committed outputs, and what the agent does when Redis is behind."""

    stage: Deduplicator
    inputs: list[Received[ClassifiedArticle]]
    committed: list[tuple[EnrichedArticle, Coordinates]] = field(default_factory=list)
    restores: int = 0

    async def run(self, before_batch: Callable[[int], None] = lambda _: None) -> list[EnrichedArticle]:
        for start in range(0, len(self.inputs), BATCH):
            before_batch(start // BATCH)
            batch = self.inputs[start : start + BATCH]
            outcomes = await self.process(batch, start - 1)
            for one, outcome in zip(batch, outcomes, strict=True):
                if isinstance(outcome, Publish):
                    self.committed.append((outcome.article, one.at))
        return [article for article, _ in self.committed]

    async def process(self, batch: list[Received[ClassifiedArticle]], follows: int) -> list[Outcome[EnrichedArticle]]:
        while True:
            try:
                return await self.stage.process(batch, span(follows, batch[-1].at.offset))
            except TransientError:
                continue
            except PositionBehindError as behind:
                self.restores += 1
                lost = [PublishedRecord(article, at) for article, at in self.committed if at.offset > behind.known]
                await self.stage.restore(span(behind.known, follows), lost)


@pytest.fixture
def inputs() -> list[Received[ClassifiedArticle]]:
    return [received(article, offset) for offset, article in enumerate(articles())]


@pytest.fixture
async def expected(inputs: list[Received[ClassifiedArticle]]) -> list[EnrichedArticle]:
    """What an index that loses nothing says."""
    events = await Stream(stage_on(MemoryIndex(clock=clock)), inputs).run()
    assert sum(bool(event.duplicate and event.duplicate.joined) for event in events) >= 5
    return events


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


def clock() -> float:
    return NOW


def stage_on(index: Index) -> Deduplicator:
    return Deduplicator(index, clock=clock)


async def assert_all_redelivered_the_same(stream: Stream) -> None:
    """Every input again, from the start: the published verdicts, to the letter."""
    again = []
    for start in range(0, len(stream.inputs), BATCH):
        outcomes = await stream.process(stream.inputs[start : start + BATCH], start - 1)
        again += [outcome.article for outcome in outcomes if isinstance(outcome, Publish)]
    assert again == [article for article, _ in stream.committed]


async def test_killed_and_restarted(
    tmp_path: Path, inputs: list[Received[ClassifiedArticle]], expected: list[EnrichedArticle]
) -> None:
    redis = redis_server(tmp_path)
    try:
        client = Redis.from_url(redis.url)
        stream = Stream(stage_on(RedisIndex(client, RedisKeys("lost"), clock=clock)), inputs)
        log = next(path for path in (tmp_path / "data").rglob("*.aof") if ".base." not in path.name)
        length = 0

        def kill(batch: int) -> None:
            nonlocal length
            if batch % 5 == 2:
                length = log.stat().st_size
            if batch % 5 != 4:
                return
            # Half of what was written since batch 2 of the five never reached the disk: cut within some write.
            redis.server.kill()
            with log.open("r+b") as file:
                file.truncate((length + log.stat().st_size) // 2)
            redis.server.start()

        assert await stream.run(kill) == expected
        assert stream.restores >= 4
        await assert_all_redelivered_the_same(stream)
        await client.aclose()
    finally:
        redis.server.stop()


async def test_wiped(client: Redis, inputs: list[Received[ClassifiedArticle]], expected: list[EnrichedArticle]) -> None:
    stages = [stage_on(RedisIndex(client, RedisKeys(f"wiped-{place}"), clock=clock)) for place in range(3)]
    stream = Stream(stages[0], inputs)

    def wipe(batch: int) -> None:
        if batch in (8, 16):
            stream.stage = stages[batch // 8]

    assert await stream.run(wipe) == expected
    assert stream.restores == 2
    await assert_all_redelivered_the_same(stream)


async def test_a_redis_that_is_away_is_waited_for(tmp_path: Path) -> None:
    redis = redis_server(tmp_path)
    client = Redis.from_url(redis.url)
    stage = stage_on(RedisIndex(client, RedisKeys("away"), clock=clock))
    batch = [received(classified("a", prose(1)), 0)]
    first = await stage.process(batch, span(-1, 0))
    redis.server.stop()
    with pytest.raises(TransientError):
        await stage.process(batch, span(-1, 0))
    redis.server.start()
    try:
        assert await stage.process(batch, span(-1, 0)) == first
    finally:
        await client.aclose()
        redis.server.stop()
