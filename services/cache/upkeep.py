"""Keeps the cache within its retention and its memory: the oldest goes first, before anything else is refused."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog
from redis.asyncio import Redis

from services.cache.keys import Keys
from services.cache.scripts import script
from services.cache.stage import DAY_SECONDS
from shared.metrics import CACHE_ARTICLES, CACHE_FORGOTTEN, REDIS_MEMORY, REDIS_MEMORY_LIMIT
from shared.outcomes import TransientError
from shared.redis import waiting_on_redis
from shared.settings import Settings

PERIOD_SECONDS = 30.0
ENTRIES_A_CALL = 500  # a Lua call that holds Redis for some 10 ms
# Above the first, the oldest articles go until the second is reached: when Redis is full, the agents stand still.
PRESSURE_SHARE, RELIEF_SHARE = 0.90, 0.85
_ANY_AGE = 0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that Redis uses, and may use: its maxmemory, else the machine's."""

    used: int
    limit: int


class Upkeep:
    """Prunes what is older than the retention, and measures."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._keys = Keys(settings.key_prefix)
        self._retention_ms = int(settings.retention_days * DAY_SECONDS * 1000)
        self._prune = script(redis, "prune")

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
        memory = await self._memory()
        if memory.used <= PRESSURE_SHARE * memory.limit:
            return total
        while memory.used > RELIEF_SHARE * memory.limit and (forgotten := await self._forget(_ANY_AGE)):
            with waiting_on_redis():
                await self._redis.unlink(*(self._keys.body(id.hex(), int(revision)) for id, revision in forgotten))
            total += len(forgotten)
            memory = await self._memory()
        CACHE_FORGOTTEN.labels("memory").inc(total)
        return total

    async def _forget(self, retention_ms: int) -> list[list[bytes]]:
        """Id and revision of what was forgotten."""
        with waiting_on_redis():
            forgotten: list[list[bytes]] = await self._prune(keys=self._keys.index, args=[retention_ms, ENTRIES_A_CALL])
        return forgotten

    async def _memory(self) -> Memory:
        with waiting_on_redis():
            memory = await self._redis.info("memory")
        return Memory(memory["used_memory"], memory["maxmemory"] or memory["total_system_memory"])

    async def measure(self) -> None:
        """Sets the metrics of the cache. Raises TransientError."""
        with waiting_on_redis():
            articles = await self._redis.hlen(self._keys.articles)
        memory = await self._memory()
        CACHE_ARTICLES.set(articles)
        REDIS_MEMORY.set(memory.used)
        REDIS_MEMORY_LIMIT.set(memory.limit)

    async def run(self) -> None:
        """Does both every half minute until cancelled; a Redis that is away is tried again next time."""
        while True:
            try:
                pruned, relieved = await self.prune(), await self.relieve()
                await self.measure()
            except TransientError as exc:
                _log.warning("upkeep waits", error=str(exc))
            else:
                if pruned:
                    _log.info("pruned", articles=pruned)
                if relieved:
                    _log.warning("forgot the oldest: Redis was full", articles=relieved)
            await asyncio.sleep(PERIOD_SECONDS)
