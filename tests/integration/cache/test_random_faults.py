"""An agent, two readers and a Redis that is wiped and restarted at random: nothing is missing, repeats are told."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import services.cache.reading
from services.cache.reading import Reader
from services.cache.stage import Cache
from shared.redis import connect
from shared.settings import Settings
from tests.integration.cache.losing import Faults, Follower, applied_whole, assert_whole, partitions
from tests.servers.starting import RedisUnderTest

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 61, 68, 76, 119])  # the last four bring a wiped index's old data back
async def test_whatever_redis_loses_readers_and_cache_end_up_with_everything(
    server: RedisUnderTest, fault_settings: Settings, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without the margin, only the times of applying decide, which is the harder case.
    monkeypatch.setattr(services.cache.reading, "RESUME_MARGIN_MS", 0)
    chance = random.Random(seed)
    redis = connect(fault_settings)
    await redis.config_set("appendfsync", "always")
    cache, reader = Cache(redis, fault_settings), Reader(redis, fault_settings)
    kafka, followers, faults = partitions(chance), [Follower(), Follower()], Faults(server, tmp_path)
    losses = 0
    while not all(partition.done for partition in kafka):
        partition = chance.choice(kafka)
        match chance.choices(["apply", "again", "read", "save", "restart", "wipe"], [50, 8, 40, 6, 3, 1])[0]:
            case "apply":
                await partition.apply(cache, chance.randint(0, 12))
            case "again" if partition.handled >= 0:
                await partition.apply(cache, chance.randint(1, 6), follows=chance.randint(-1, partition.handled - 1))
            case "read":
                await chance.choice(followers).read(reader, chance.randint(1, 20))
            case "save":
                faults.save()
            case "restart" if losses < 4:
                losses += 1
                await faults.restart(redis)
            case "wipe" if losses < 4:
                losses += 1
                await redis.flushall()
    await applied_whole(kafka, cache)
    await assert_whole(kafka, followers, reader)
    await redis.aclose()
