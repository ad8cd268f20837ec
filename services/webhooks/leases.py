"""Who delivers a subscription: one process at a time, by a numbered lease that runs out with its process.

Every change of the subscription's state names the number, so that a process that slept past its lease changes nothing.
"""

from __future__ import annotations

from redis.asyncio import Redis

from services.webhooks.keys import Keys
from services.webhooks.scripts import script
from shared.redis import waiting_on_redis
from shared.settings import Settings

LEASE_SECONDS = 15.0  # after which another process takes over from one that died
RENEWALS_A_LEASE = 3


class LeaseLostError(Exception):
    """Another process delivers the subscription, or it was removed."""


class Leases:
    """Takes, keeps and gives up leases. Every method raises TransientError while Redis is away."""

    def __init__(self, redis: Redis, settings: Settings, *, seconds: float = LEASE_SECONDS) -> None:
        self._redis, self._keys = redis, Keys(settings.key_prefix)
        self._hold = script(redis, "hold")
        self._milliseconds = int(seconds * 1000)
        self.renew_seconds = seconds / RENEWALS_A_LEASE

    async def acquire(self, name: str) -> int | None:
        """The number of a new lease; None while another has one."""
        key = self._keys.lease(name)
        with waiting_on_redis():
            if await self._redis.exists(key):
                return None
            number = int(await self._redis.incr(self._keys.fences))
            taken = await self._redis.set(key, number, nx=True, px=self._milliseconds)
        return number if taken else None

    async def renew(self, name: str, number: int) -> None:
        """Keeps it for another while. Raises LeaseLostError."""
        if not await self._set(name, number, self._milliseconds):
            raise LeaseLostError(name)

    async def release(self, name: str, number: int) -> None:
        """Lets another take it at once."""
        await self._set(name, number, 0)

    async def _set(self, name: str, number: int, milliseconds: int) -> bool:
        with waiting_on_redis():
            return bool(await self._hold(keys=[self._keys.lease(name)], args=[number, milliseconds]))
