"""What the index of near-duplicates costs when it is full: memory an article, and the time to ask and to claim.

INDEX_ARTICLES=3000000 loads a window of three days of a million articles each; without it a tenth of a day is loaded.
Articles are made up: sizes as of news, three in ten copies of another, every number of them from one seed.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from redis.asyncio import Redis

from services.deduplicator.decide import decide
from services.deduplicator.entry import FIELD_HASH_BYTES, FIELDS, Entry, ref_of
from services.deduplicator.fingerprint import FEWEST_KEYS, MOST_KEYS, WORDS_A_KEY, Fingerprint
from services.deduplicator.index import CALL_ENTRIES, Claim, Restored
from services.deduplicator.redis_index import RedisIndex
from services.deduplicator.redis_keys import RedisKeys
from services.deduplicator.sketch import NUMBER_FLAG, WORDS_KEPT, Sketch
from shared.outcomes import Coordinates
from shared.positions import Span
from shared.redis import connect
from shared.settings import load_settings
from tests.servers.starting import redis_server

ARTICLES = int(os.environ.get("INDEX_ARTICLES", "100000"))
DAYS = 3
LOADERS = 2  # so that Redis works while the next call is packed
CALLS = 300  # of each kind
WORDS_MEDIAN, WORDS_SPREAD = 240, 0.75  # log-normal; 318 on average, as 41,622 news articles have 315
FEWEST_WORDS = 40
HEADLINE_WORDS = 10
COPIED = 0.3
RECENT = 1_000  # of which copies are made
NUMBERS = 0.03  # of the words
TODAY = 739_900  # a day counted from 0001-01-01
TOPIC = "articles.classified"


@dataclass(slots=True)
class Maker:
    """Makes entries up."""

    chance: random.Random
    numpy: np.random.Generator
    recent: list[Fingerprint]
    made: int = 0

    def entry(self, partition: int, offset: int) -> Entry:
        """The next one, at those coordinates."""
        self.made += 1
        article, revision = self.chance.randbytes(16), self.chance.randbytes(8)
        day = TODAY - self.made % DAYS
        return Entry(
            id=article,
            revision=revision,
            ref=ref_of(article, revision, day),
            at=Coordinates(TOPIC, partition, offset),
            day=day,
            fields=self.chance.randbytes(FIELD_HASH_BYTES * len(FIELDS)),
            fingerprint=self._fingerprint(),
        )

    def entries(self, partition: int, first: int, count: int) -> list[Entry]:
        return [self.entry(partition, first + place) for place in range(count)]

    def _fingerprint(self) -> Fingerprint:
        if self.recent and self.chance.random() < COPIED:
            return self.chance.choice(self.recent)
        words = min(WORDS_KEPT, max(FEWEST_WORDS, int(self.numpy.lognormal(np.log(WORDS_MEDIAN), WORDS_SPREAD))))
        stems = self.numpy.integers(0, NUMBER_FLAG, HEADLINE_WORDS + words, np.uint16)
        stems[self.numpy.random(len(stems)) < NUMBERS] |= np.uint16(NUMBER_FLAG)
        made = Fingerprint(
            keys=tuple(
                self.chance.getrandbits(64) for _ in range(min(MOST_KEYS, max(FEWEST_KEYS, words // WORDS_A_KEY)))
            ),
            sketch=Sketch(stems[HEADLINE_WORDS:], stems[:HEADLINE_WORDS], 0, by_character=False),
        )
        if len(self.recent) < RECENT:
            self.recent.append(made)
        else:
            self.recent[self.made % RECENT] = made
        return made


async def load(index: RedisIndex, maker: Maker, partition: int, count: int) -> None:
    """Claims and records as `claim` would have left them, without looking for copies first."""
    for first in range(0, count, CALL_ENTRIES):
        entries = maker.entries(partition, first, min(CALL_ENTRIES, count - first))
        span = Span(TOPIC, partition, first - 1, first + len(entries) - 1)
        await index.restore(span, [Restored(entry, _decision(entry), indexed=True) for entry in entries])


def _decision(entry: Entry) -> Claim:
    return Claim(entry.at, number=1, previous=None, changed=(), match=None, group=entry.id)


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of each call, and what Redis itself worked on all of them."""

    seconds: Sequence[float]
    redis_seconds: float

    def told(self, name: str, articles_a_call: int) -> str:
        median, p99 = np.quantile(self.seconds, (0.5, 0.99)) * 1000
        articles = len(self.seconds) * articles_a_call
        redis_us = 1e6 * self.redis_seconds / articles
        rate = articles / sum(self.seconds)
        return (
            f"{name:28} {rate:8,.0f} articles/s  {median:7.2f} ms p50  {p99:7.2f} ms p99  {redis_us:5.0f} µs of Redis"
        )


async def timed(redis: Redis, calls: Sequence[Callable[[], Awaitable[object]]]) -> Timed:
    seconds = []
    before = await _redis_seconds(redis)
    for call in calls:
        start = time.perf_counter()
        await call()
        seconds.append(time.perf_counter() - start)
    return Timed(seconds, await _redis_seconds(redis) - before)


async def _redis_seconds(redis: Redis) -> float:
    told = await redis.info("cpu")
    return float(told["used_cpu_user"]) + float(told["used_cpu_sys"])


@pytest.mark.timeout(7200)
async def test_a_full_index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = redis_server(tmp_path)
    redis = connect(load_settings({"KHABAR_REDIS_URL": server.url}))
    try:
        told = await measured(redis)
    finally:
        await redis.aclose()
        server.server.stop()
    with capsys.disabled():
        print("", *told, sep="\n")


async def measured(redis: Redis) -> list[str]:
    index = RedisIndex(redis, RedisKeys("benchmark", articles_per_generation=ARTICLES), window_days=DAYS)
    maker = Maker(random.Random(7), np.random.default_rng(7), [])
    empty = int((await redis.info("memory"))["used_memory"])
    start = time.monotonic()
    await asyncio.gather(*(load(index, maker, partition, ARTICLES // LOADERS) for partition in range(LOADERS)))
    loaded, rate = maker.made, maker.made / (time.monotonic() - start)
    memory = int((await redis.info("memory"))["used_memory"]) - empty
    found = (await index.peek(maker.entries(LOADERS, 0, CALL_ENTRIES))).found
    assert any(one.current for one in found), "the index finds nothing of what was loaded"

    singles = [maker.entries(LOADERS, 0, 1) for _ in range(10 * CALLS)]
    hundreds = [maker.entries(LOADERS, number * CALL_ENTRIES, CALL_ENTRIES) for number in range(CALLS)]
    spans = [Span(TOPIC, LOADERS, entries[0].at.offset - 1, entries[-1].at.offset) for entries in hundreds]
    claims = [partial(decide, index, span, entries) for span, entries in zip(spans, hundreds, strict=True)]
    one = await timed(redis, [partial(index.peek, entries) for entries in singles])
    hundred = await timed(redis, [partial(index.peek, entries) for entries in hundreds])
    claimed = await timed(redis, claims)
    return [
        f"{loaded:,} articles loaded, {rate:,.0f}/s; {memory / loaded:,.0f} B each, {memory / 1e9:.2f} GB in all",
        one.told("look one up", 1),
        hundred.told("look up a hundred", CALL_ENTRIES),
        claimed.told("look up, judge and claim", CALL_ENTRIES),
    ]
