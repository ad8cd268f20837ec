"""Keeps the cache within its retention and its memory: the oldest goes first, before anything else is refused."""

from __future__ import annotations

import asyncio

import structlog
from redis.asyncio import Redis

from services.cache.keys import SERVED, Keys
from services.cache.memory import memory_of
from services.cache.retired import ENTRIES_A_CALL, Retired
from services.cache.scripts import script
from services.cache.served import ServedIndex
from services.cache.stage import DAY_SECONDS
from shared.metrics import CACHE_ARTICLES, CACHE_FORGOTTEN, REDIS_MEMORY, REDIS_MEMORY_LIMIT
from shared.outcomes import TransientError
from shared.redis import waiting_on_redis
from shared.settings import Settings

PERIOD_SECONDS = 30.0
_ANY_AGE = 0
_log = structlog.get_logger(__name__)


class Upkeep:
    """Prunes what is older than the retention, and measures."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._keys, self._served = Keys(settings.key_prefix), ServedIndex(redis, settings.key_prefix)
        self._retired = Retired(redis, settings)
        self._retention_ms = int(settings.retention_days * DAY_SECONDS * 1000)
        self._prune = script(redis, "prune")
        for why in ("retention", "memory"):
            CACHE_FORGOTTEN.labels(why)  # from zero: a counter that appears with a value has not grown

    async def prune(self) -> int:
        """Forgets every entry that is older than the retention, and says how many. Raises TransientError.

        Their bodies expire by themselves.
        """
        total = 0
        while True:
            total += (pruned := len(await self._forget(self._retention_ms)))
            if pruned < ENTRIES_A_CALL:
                CACHE_FORGOTTEN.labels("retention").inc(total)
                return total

    async def relieve(self) -> int:
        """Forgets the oldest until Redis has room again, and says how many. Raises TransientError."""
        total = 0
        memory = await memory_of(self._redis)
        if not memory.is_short:
            return total
        while not memory.is_relieved and (forgotten := await self._forget(_ANY_AGE)):
            with waiting_on_redis():
                await self._redis.unlink(*(self._keys.body(id.hex(), int(revision)) for id, revision in forgotten))
            total += len(forgotten)
            memory = await memory_of(self._redis)
        CACHE_FORGOTTEN.labels("memory").inc(total)
        return total

    async def _forget(self, retention_ms: int) -> list[list[bytes]]:
        """Id and revision of what was forgotten."""
        with waiting_on_redis():
            forgotten: list[list[bytes]] = await self._prune(
                keys=[self._keys.serving], args=[SERVED, retention_ms, ENTRIES_A_CALL]
            )
        return forgotten

    async def measure(self) -> None:
        """Sets the metrics of the cache. Raises TransientError."""
        with waiting_on_redis():
            (articles,) = await self._served.read(lambda pipe, keys: pipe.hlen(keys.articles))
        memory = await memory_of(self._redis)
        CACHE_ARTICLES.set(articles)
        REDIS_MEMORY.set(memory.used)
        REDIS_MEMORY_LIMIT.set(memory.limit)

    async def run(self) -> None:
        """Does all of it every half minute until cancelled; a Redis that is away is tried again next time."""
        while True:
            try:
                pruned, relieved = await self.prune(), await self.relieve()
                await self._retired.clear()
                await self.measure()
            except TransientError as exc:
                _log.warning("upkeep waits", error=str(exc))
            else:
                if pruned:
                    _log.info("pruned", articles=pruned)
                if relieved:
                    _log.warning("forgot the oldest: Redis was full", articles=relieved)
            await asyncio.sleep(PERIOD_SECONDS)
