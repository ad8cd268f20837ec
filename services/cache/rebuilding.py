"""Fills another index from `articles.enriched` beside the one that is served, then serves it in its place.

What it holds, and what readers of the old one may have seen, must agree at the switch, so it is filled up to where the
agents are and no further; for the last moment they wait. See: docs/decisions/0004-a-rebuilt-index-beside-the-served.md
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from redis.asyncio import Redis

from services.cache.events import Event
from services.cache.keys import Keys
from services.cache.memory import PRESSURE_SHARE, memory_of
from services.cache.retired import Retired
from services.cache.scripts import script
from services.cache.served import ServedIndex
from services.cache.stage import DAY_SECONDS, LEASE_MS, Cache, LeaseLostError, enriched_ms, new_epoch
from services.cache.times import ServedTimes
from shared.clock import Clock, system_clock
from shared.outcomes import CannotStartError, Received
from shared.positions import NO_OFFSET, PositionBehindError, Span
from shared.redis import waiting_on_redis
from shared.settings import Settings
from shared.topics import ENRICHED

# How long whoever is reading the old index, or waits at its stream, still finds it: a page takes milliseconds, a wait
# at the stream two seconds.
STAYS_MS = 60_000
# Agents wait for so long at most, should the rebuild die at the switch; it takes some ten milliseconds.
HOLD_MS = 5_000
# Share of the served revisions: what a rebuild may let go of without being told to. Kafka lets go of whole segments, so
# some that the cache still serves may be gone.
KEPT_AT_LEAST = 0.5
# Once catching up takes less, the agents are asked to wait.
NEAR_SECONDS = 1.0
SWITCH_TRIES = 20
POLL_SECONDS = 0.5
# The time of applying of what the served index lacked: that of what stands before it.
NOT_KNOWN_MS = 0
INDEX_BYTES = 750  # of one revision, without its body, which both indexes share (measured)
BATCH = 200  # events in one Lua call, which holds Redis for some 7 ms


class Source(Protocol):
    """The records of `articles.enriched`."""

    def up_to(self, last: Mapping[int, int]) -> AsyncIterator[Sequence[Received[Event]]]:
        """Batches of what comes next in each partition, up to its offset in `last`, included; in order of sending."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many revisions the new index holds, and how long (s) it took."""

    revisions: int
    seconds: float


class Rebuild:
    """One rebuild of the cache's index."""

    def __init__(
        self,
        redis: Redis,
        settings: Settings,
        source: Source,
        *,
        clock: Clock = system_clock,
        names: Callable[[], str] = new_epoch,
    ) -> None:
        self._redis, self._settings, self._source, self._clock = redis, settings, source, clock
        self._topic = settings.topic(ENRICHED.name)
        self._name, self._epoch = names(), names()
        self._keys = Keys(settings.key_prefix, self._name)
        self._retired = Retired(redis, settings)
        self._switch = script(redis, "switch")
        self._cache = Cache(redis, settings, clock=clock, index=self._name)
        self._served, self._times = ServedIndex(redis, settings.key_prefix), ServedTimes(redis, settings)
        self._reached: dict[int, int] = {}
        self._applied = 0

    async def run(self, *, accept_loss: bool = False) -> Rebuilt:
        """Raises TransientError, and CannotStartError where it cannot be done or, unless accepted, much would be lost.

        Whatever happens, the served index stays as it was until the switch.
        """
        started = time.monotonic()
        await self._take_lease()
        try:
            await self._retired.clear()
            await self._have_room()
            await self._fill(accept_loss)
        except PositionBehindError as exc:
            raise CannotStartError("Redis lost some of the new index meanwhile: rebuild again") from exc
        except LeaseLostError as exc:
            raise CannotStartError(
                f"nothing could be written for {LEASE_MS // 1000} s, so that others may have cleared the new index "
                "(was Kafka away, or Redis wiped?): rebuild again"
            ) from exc
        finally:
            await self._let_go()
        return Rebuilt(self._applied, time.monotonic() - started)

    async def _take_lease(self) -> None:
        """Waits as long as one that died holds its own."""
        until = time.monotonic() + LEASE_MS / 1000 + POLL_SECONDS
        while time.monotonic() < until:
            with waiting_on_redis():
                if await self._redis.set(self._keys.building, self._name, nx=True, px=LEASE_MS):
                    await self._redis.hset(self._keys.retired, self._name, "0")
                    return
            await asyncio.sleep(POLL_SECONDS)
        raise CannotStartError("another rebuild of the cache is at work: wait for its end")

    async def _let_go(self) -> None:
        """After a switch there is nothing to let go; else whoever is next may clear what was filled."""
        with waiting_on_redis():
            for own in (self._keys.building, self._keys.hold):
                if await self._redis.get(own) == self._name.encode():
                    await self._redis.delete(own)
        await self._retired.clear()

    async def _have_room(self) -> None:
        memory = await memory_of(self._redis)
        with waiting_on_redis():
            (entries,) = await self._served.read(lambda pipe, keys: pipe.xlen(keys.stream))
        missing = memory.used + entries * INDEX_BYTES - PRESSURE_SHARE * memory.limit
        if missing > 0:
            raise CannotStartError(
                f"Redis has no room for a second index of {entries:,} revisions: it needs {missing / 1e6:,.0f} MB more"
            )

    async def _refuse_loss(self) -> None:
        with waiting_on_redis():
            ((last, pruned),) = await self._served.read(lambda pipe, keys: pipe.hmget(keys.state, "sequence", "pruned"))
        held = int(last or 0) - int(pruned or 0)
        if self._applied < KEPT_AT_LEAST * held:
            raise CannotStartError(
                f"Kafka gives {self._applied:,} of the {held:,} revisions that the cache serves: was the topic made "
                "anew, or its retention shortened? `--accept-loss` serves what there is"
            )

    async def _fill(self, accept_loss: bool) -> None:
        near = False
        while not near:
            started = time.monotonic()
            await self._catch_up()
            near = time.monotonic() - started < NEAR_SECONDS
        if not accept_loss:
            await self._refuse_loss()
        for _ in range(SWITCH_TRIES):
            with waiting_on_redis():
                await self._redis.set(self._keys.hold, self._name, px=HOLD_MS)
            await self._catch_up()
            if await self._switched():
                return
        raise CannotStartError("the agents apply faster than the rebuild can follow: stop them, then rebuild")

    async def _switched(self) -> bool:
        with waiting_on_redis():
            answer = await self._switch(keys=[self._keys.serving], args=[self._name, self._epoch, STAYS_MS])
        if answer == b"lost":
            raise LeaseLostError(self._name)
        return bool(answer == b"switched")

    async def _catch_up(self) -> None:
        """Up to where the agents are: what they have applied by then has a time in the served index."""
        targets = await self._targets()
        await self._times.read_on()
        async for received in self._source.up_to(targets):
            for start in range(0, len(received), BATCH):
                await self._apply(received[start : start + BATCH])
        # Behind the last record there may be control records, and what Kafka has let go.
        await self._cache.apply([], [self._span(partition, last) for partition, last in targets.items()], [])
        self._reached.update(targets)

    async def _targets(self) -> dict[int, int]:
        with waiting_on_redis():
            (found,) = await self._served.read(lambda pipe, keys: pipe.hgetall(keys.positions))
        return {int(name.decode().rpartition("/")[2]): int(offset) for name, offset in found.items()}

    async def _apply(self, batch: Sequence[Received[Event]]) -> None:
        reaches = {received.at.partition: received.at.offset for received in batch}
        spans = [self._span(partition, last) for partition, last in reaches.items()]
        times = [self._times.applied_ms(received.article) for received in batch]
        kept = [
            (received, NOT_KNOWN_MS if time_ms is None else time_ms)
            for received, time_ms in zip(batch, times, strict=True)
            if time_ms is not None or not self._is_too_old(received)
        ]
        applied = await self._cache.apply(
            [received for received, _ in kept],
            spans,
            [time_ms for _, time_ms in kept],
            without_body=self._times.removed,
        )
        self._reached.update(reaches)
        self._applied += sum(applied)

    def _is_too_old(self, received: Received[Event]) -> bool:
        enriched = enriched_ms(received)
        past_retention = enriched < 1000 * (self._clock() - self._settings.retention_days * DAY_SECONDS)
        return past_retention or self._times.has_let_go(enriched)

    def _span(self, partition: int, reaches: int) -> Span:
        return Span(self._topic, partition, self._reached.get(partition, NO_OFFSET), reaches)
