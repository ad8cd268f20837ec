"""How full Redis is, and from where on the cache makes room."""

from __future__ import annotations

from dataclasses import dataclass

from redis.asyncio import Redis

from shared.redis import waiting_on_redis

# Above the first, the oldest articles go until the second is reached: when Redis is full, the agents stand still.
PRESSURE_SHARE, RELIEF_SHARE = 0.90, 0.85


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that Redis uses, and may use: its maxmemory, else the machine's."""

    used: int
    limit: int

    @property
    def is_short(self) -> bool:
        """Whether the oldest must go."""
        return self.used > PRESSURE_SHARE * self.limit

    @property
    def is_relieved(self) -> bool:
        """Whether enough has gone."""
        return self.used <= RELIEF_SHARE * self.limit


async def memory_of(redis: Redis) -> Memory:
    """As Redis tells it now. Raises TransientError."""
    with waiting_on_redis():
        memory = await redis.info("memory")
    return Memory(memory["used_memory"], memory["maxmemory"] or memory["total_system_memory"])
