"""Rebuilds, with whatever may happen in the middle of one: all is there, repeats are told, nothing stays behind."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

import services.cache.reading
from services.cache.keys import Keys
from services.cache.reading import Reader
from services.cache.rebuilding import Rebuild
from services.cache.retired import Retired
from services.cache.stage import Cache
from shared.contracts import EnrichedArticle
from shared.outcomes import CannotStartError, Received, TransientError
from shared.positions import NO_OFFSET
from shared.redis import connect
from shared.settings import Settings
from tests.articles import received
from tests.integration.cache.arrivals import EVERYTHING
from tests.integration.cache.losing import Faults, Follower, Partition, applied_whole, assert_whole, partitions
from tests.servers.starting import RedisUnderTest

pytestmark = pytest.mark.integration

LOSSES = 3


@dataclass(slots=True)
class World:
    """All that goes on at the same time."""

    chance: random.Random
    redis: Redis
    settings: Settings
    faults: Faults
    kafka: list[Partition]
    followers: list[Follower] = field(default_factory=lambda: [Follower(), Follower()])
    losses: int = 0
    rebuilt: int = 0

    async def step(self, *more: str) -> None:
        """Something happens: mostly an agent applies, or somebody reads; sometimes a loss, or one of `more`."""
        reader = Reader(self.redis, self.settings)
        match self.chance.choices(["apply", "read", "save", "loss", *more], [50, 40, 4, 2, *[5] * len(more)])[0]:
            case "apply":
                with suppress(TransientError):  # as the agent waits, while another index is about to be served
                    partition = self.chance.choice(self.kafka)
                    await partition.apply(Cache(self.redis, self.settings), self.chance.randint(0, 9))
            case "read":
                await self.chance.choice(self.followers).read(reader, self.chance.randint(1, 20))
                await self.is_not_empty(reader)
            case "save":
                self.faults.save()
            case "loss" if self.losses < LOSSES:
                self.losses += 1
                await (self.faults.restart(self.redis) if self.chance.random() < 0.8 else self.redis.flushall())
            case "the agents waited too long":
                await self.redis.delete(Keys(self.settings.key_prefix).hold)
            case "the rebuild slept too long":
                await self.redis.delete(Keys(self.settings.key_prefix).building)
            case "rebuild":
                await self.rebuild()

    async def is_not_empty(self, reader: Reader) -> None:
        """Whoever asks gets something, where anything was there before."""
        if (await reader.newest()).sequence:
            assert (await reader.page(EVERYTHING, order="newest", cursor=None, limit=1)).items

    async def wait(self) -> None:
        """As half a minute later: what a lost rebuild, or an old copy of the data, holds back has expired."""
        keys = Keys(self.settings.key_prefix)
        await self.redis.delete(keys.building, keys.hold)

    async def rebuild(self) -> None:
        """It may fail, and changes nothing then."""
        with suppress(CannotStartError):
            await Rebuild(self.redis, self.settings, Reading(self)).run()
            self.rebuilt += 1


@dataclass(slots=True)
class Reading:
    """What one rebuild reads, partitions in any order, while other things happen."""

    world: World
    given: Counter[int] = field(default_factory=Counter)

    async def up_to(self, last: Mapping[int, int]) -> AsyncIterator[Sequence[Received[EnrichedArticle]]]:
        world = self.world
        while due := [p for p in world.kafka if self.given[p.number] <= last.get(p.number, NO_OFFSET)]:
            await world.step("the agents waited too long", "the rebuild slept too long")
            partition = world.chance.choice(due)
            first = self.given[partition.number]
            size = min(world.chance.randint(1, 60), last[partition.number] + 1 - first)
            self.given[partition.number] += size
            batch = partition.records[first : first + size]
            yield received(batch, first_offset=first, partition=partition.number, sent_ms=2_000_000_000_000)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_in_a_rebuild_nothing_is_missing_and_nothing_stays_behind(
    server: RedisUnderTest, fault_settings: Settings, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without the margin, only the times of applying decide, which is the harder case.
    monkeypatch.setattr(services.cache.reading, "RESUME_MARGIN_MS", 0)
    chance = random.Random(seed)
    redis = connect(fault_settings)
    world = World(chance, redis, fault_settings, Faults(server, tmp_path), partitions(chance))
    while not all(partition.done for partition in world.kafka):
        await world.step("rebuild")
    cache, reader = Cache(redis, fault_settings), Reader(redis, fault_settings)
    await world.wait()
    await applied_whole(world.kafka, cache)
    await world.rebuild()
    await world.wait()
    await applied_whole(world.kafka, cache)
    await assert_whole(world.kafka, world.followers, reader)
    await assert_nothing_is_left(redis, fault_settings)
    await redis.aclose()


async def assert_nothing_is_left(redis: Redis, settings: Settings) -> None:
    """Once the time of every other index has come, the keys are those of the one that is served."""
    keys = Keys(settings.key_prefix)
    served: Any = await redis.get(keys.serving) or b""
    for name in await redis.hkeys(keys.retired):
        await redis.hset(keys.retired, name, "0")
    await Retired(redis, settings).clear()
    own = Keys(settings.key_prefix, served.decode()).state.removesuffix("state")
    index = [key.decode() async for key in redis.scan_iter(match=f"{keys.serving.removesuffix('serving')}*")]
    assert {key for key in index if not key.startswith(own)} <= {keys.serving}
    assert not {key for key in index if key.startswith((keys.building, keys.hold, keys.retired))}
