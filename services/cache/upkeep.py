"""Keeps the cache within its retention and says how full Redis is."""

from __future__ import annotations

import asyncio

import structlog
from redis.asyncio import Redis

from services.cache.keys import Keys
from services.cache.scripts import script
from services.cache.stage import DAY_SECONDS
from shared.metrics import CACHE_ARTICLES, REDIS_MEMORY, REDIS_MEMORY_LIMIT
from shared.outcomes import TransientError
from shared.redis import waiting_on_redis
from shared.settings import Settings

PERIOD_SECONDS = 30.0
ENTRIES_A_CALL = 500  # a Lua call that holds Redis for some 10 ms
_log = structlog.get_logger(__name__)


class Upkeep:
    """Prunes what is older than the retention, and measures."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._keys = Keys(settings.key_prefix)
        self._retention_ms = int(settings.retention_days * DAY_SECONDS * 1000)
        self._prune = script(redis, "prune")

    async def prune(self) -> int:
        """Forgets every entry that is older than the retention, and says how many. Raises TransientError."""
        total = 0
        while True:
            with waiting_on_redis():
                pruned = int(await self._prune(keys=self._keys.index, args=[self._retention_ms, ENTRIES_A_CALL]))
            total += pruned
            if pruned < ENTRIES_A_CALL:
                return total

    async def measure(self) -> None:
        """Sets the metrics of the cache. Raises TransientError."""
        with waiting_on_redis():
            articles = await self._redis.hlen(self._keys.articles)
            memory = await self._redis.info("memory")
        CACHE_ARTICLES.set(articles)
        REDIS_MEMORY.set(memory["used_memory"])
        REDIS_MEMORY_LIMIT.set(memory["maxmemory"] or memory["total_system_memory"])

    async def run(self) -> None:
        """Does both every half minute until cancelled; a Redis that is away is tried again next time."""
        while True:
            try:
                pruned = await self.prune()
                await self.measure()
            except TransientError as exc:
                _log.warning("upkeep waits", error=str(exc))
            else:
                if pruned:
                    _log.info("pruned", articles=pruned)
            await asyncio.sleep(PERIOD_SECONDS)
