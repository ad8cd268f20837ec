"""The index in memory and the one in Redis give the same answers, in whatever order racing workers call them."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from services.deduplicator.index import Index
from services.deduplicator.memory_index import MemoryIndex
from services.deduplicator.redis_index import RedisIndex
from services.deduplicator.redis_keys import RedisKeys
from services.deduplicator.stage import Deduplicator
from shared.contracts import ClassifiedArticle, EnrichedArticle, Published
from shared.outcomes import Outcome
from tests.integration.deduplicator.interleaving import Gate, GatedIndex, interleaved
from tests.unit.deduplicator.index_behaviour import DAY, Clock
from tests.unit.deduplicator.samples import classified, halfway, prose, received, span

pytestmark = pytest.mark.integration

WORKERS = 3
KEPT_DAYS = 30  # longer than any history: the clock of Redis, which forgets claims, is not the test's
STEPS = halfway(4, steps=3)  # of which the one between joins the groups of the others
TEXTS = [
    *STEPS,
    prose(1),
    prose(1) + " and a little more",
    prose(1) + " " + prose(2, 80),
    prose(1)[:500],
    prose(2, 80),
    prose(3, 60).replace("bar", "bar 7"),
    "A short text.",
    "A short text that is longer.",
    "",
]


@dataclass(frozen=True)
class Pushed:
    """One article as a producer may push it."""

    name: int
    text: int
    title: int
    day: int

    def article(self) -> ClassifiedArticle:
        published = Published(at=f"2026-09-{self.day:02d}T10:00:00Z", precision="minute", method="producer")
        return classified(str(self.name), TEXTS[self.text], title=f"A title of {self.title}", published=published)


@dataclass(frozen=True)
class Round:
    """What each worker does at the same time, whose call comes when, and how many days pass before."""

    batches: tuple[tuple[Pushed, ...], ...]
    repeats: tuple[bool, ...]  # the worker is given its batch of the round before once more
    schedule: tuple[int, ...]
    days: int


pushed = st.builds(
    Pushed,
    name=st.integers(0, 7),
    text=st.one_of(st.integers(0, len(TEXTS) - 1), st.integers(0, len(STEPS) - 1)),
    title=st.integers(0, 1),
    day=st.sampled_from([17, 20, 21, 21, 21]),
)
rounds = st.builds(
    Round,
    batches=st.tuples(*[st.lists(pushed, max_size=5).map(tuple)] * WORKERS),
    repeats=st.tuples(*[st.booleans()] * WORKERS),
    schedule=st.lists(st.integers(0, WORKERS - 1), max_size=20).map(tuple),
    days=st.sampled_from([0, 0, 0, 1, 4]),
)
Outcomes = list[list[Outcome[EnrichedArticle]]]


async def outcomes(index: Index, clock: Clock, history: list[Round]) -> list[Outcomes]:
    """What each worker answered in each round."""
    gates = [Gate() for _ in range(WORKERS)]
    stages = [Deduplicator(GatedIndex(index, gate), clock=clock) for gate in gates]
    reached = [-1] * WORKERS
    before: list[tuple[int, tuple[Pushed, ...]]] = [(-1, ())] * WORKERS
    answers = []
    for moment in history:
        clock.now += moment.days * DAY
        work = []
        for worker, stage in enumerate(stages):
            if not moment.repeats[worker]:
                before[worker] = (reached[worker], moment.batches[worker])
                reached[worker] += len(moment.batches[worker])
            follows, batch = before[worker]
            inputs = [received(one.article(), follows + 1 + place, worker) for place, one in enumerate(batch)]
            work.append(stage.process(inputs, span(follows, follows + len(batch), worker)))
        answers.append(await interleaved(work, gates, moment.schedule))
    return answers


@settings(max_examples=100, deadline=None)
@given(st.lists(rounds, min_size=1, max_size=4))
def test_memory_and_redis_agree(redis_url: str, history: list[Round]) -> None:
    async def both() -> tuple[list[Outcomes], list[Outcomes]]:
        here, there = Clock(), Clock()
        client = Redis.from_url(redis_url)
        keys = RedisKeys(uuid.uuid4().hex, articles_per_generation=50)
        in_redis = RedisIndex(client, keys, claim_days=KEPT_DAYS, clock=there)
        try:
            return (
                await outcomes(MemoryIndex(claim_days=KEPT_DAYS, clock=here), here, history),
                await outcomes(in_redis, there, history),
            )
        finally:
            await client.aclose()

    in_memory, in_redis = asyncio.run(both())
    assert in_memory == in_redis
