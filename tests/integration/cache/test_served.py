from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from redis.asyncio import Redis

from services.cache.keys import Keys
from services.cache.served import ServedIndex
from shared.settings import Settings

pytestmark = pytest.mark.integration

TOGETHER = 8  # as the requests of one api process, which share what they learn


async def test_reads_that_are_on_their_way_together_are_all_answered_by_the_index_that_is_served(
    redis: Redis, redis_settings: Settings
) -> None:
    """The first of them to learn of the switch must not make the others believe that they had asked the new one."""
    prefix = redis_settings.key_prefix
    first, rebuilt = Keys(prefix), Keys(prefix, "rebuilt")
    served = ServedIndex(redis, prefix)
    await redis.hset(first.state, "epoch", "old")
    await redis.hset(rebuilt.state, "epoch", "new")

    async def epochs() -> Sequence[Any]:
        answers = (served.read(lambda pipe, keys: pipe.hget(keys.state, "epoch")) for _ in range(TOGETHER))
        return [epoch for (epoch,) in await asyncio.gather(*answers)]

    assert await epochs() == [b"old"] * TOGETHER
    await redis.set(first.serving, "rebuilt")
    assert await epochs() == [b"new"] * TOGETHER
