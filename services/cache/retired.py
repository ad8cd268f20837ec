"""Clears indexes that nobody reads any more: the one that a rebuilt one has replaced, and what a dead rebuild left."""

from __future__ import annotations

import time
from typing import Any

import structlog
from redis.asyncio import Redis

from services.cache.keys import Keys
from services.cache.scripts import script
from shared.redis import waiting_on_redis
from shared.settings import Settings

ENTRIES_A_CALL = 500  # a Lua call that holds Redis for some 10 ms
_ANY_AGE = 0
_log = structlog.get_logger(__name__)


class Retired:
    """The indexes that are neither served nor being built. Bodies stay: they belong to every index."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis, self._prefix = redis, settings.key_prefix
        self._keys = Keys(settings.key_prefix)
        self._prune = script(redis, "prune")

    async def clear(self) -> int:
        """Clears those whose time has come, and says how many. Raises TransientError."""
        with waiting_on_redis():
            due = await self._due()
            for name in due:
                await self._clear(name)
                _log.info("cleared an index that was replaced", index=name)
        return len(due)

    async def _due(self) -> list[str]:
        retired: dict[Any, Any] = await self._redis.hgetall(self._keys.retired)
        if not retired:
            return []
        serving, building = await self._redis.mget(self._keys.serving, self._keys.building)
        now_ms = time.time() * 1000
        return [
            name.decode()
            for name, until in retired.items()
            if int(until) <= now_ms and name not in (serving or b"", building)
        ]

    async def _clear(self, name: str) -> None:
        keys = Keys(self._prefix, name)
        while await self._prune(keys=[keys.serving], args=[name, _ANY_AGE, ENTRIES_A_CALL]):
            pass
        await self._redis.unlink(
            keys.state,
            keys.positions,
            keys.stream,
            keys.articles,
            keys.superseded,
            keys.joined,
            f"{keys.published}days",
        )
        await self._redis.hdel(self._keys.retired, name)
