"""One subscription's state in Redis, as the process sees it that holds the lease: place, pending, dead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import ResponseError

from services.cache.cursor import START, Cursor, decode_cursor
from services.webhooks.entries import Dead, Pending, encoded, pending_of
from services.webhooks.keys import Keys
from services.webhooks.leases import LeaseLostError
from services.webhooks.limits import Load
from services.webhooks.scripts import script
from shared.outcomes import TransientError
from shared.redis import waiting_on_redis
from shared.settings import Settings


class Deliveries:
    """Every method raises TransientError while Redis is away; those that change something, LeaseLostError."""

    def __init__(self, redis: Redis, settings: Settings, name: str, lease: int) -> None:
        self._redis, self._keys = redis, Keys(settings.key_prefix)
        self._name, self._lease = name, lease
        self._take, self._settle = script(redis, "take"), script(redis, "settle")

    async def place(self) -> Cursor:
        """Up to where everything was delivered, is pending, or is dead."""
        with waiting_on_redis():
            kept = await self._redis.hget(self._keys.cursors, self._name)
        return decode_cursor(kept.decode()) if isinstance(kept, bytes) else START

    async def load(self) -> Load:
        """What lies here."""
        with waiting_on_redis():
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hlen(self._keys.pending(self._name))
                pipe.hlen(self._keys.dead(self._name))
                pipe.zrange(self._keys.arrived(self._name), 0, 0, withscores=True)
                pending, dead, oldest = await pipe.execute()
        return Load(pending, dead, int(oldest[0][1]) if oldest else None)

    async def take(
        self, reached: Cursor, messages: Sequence[Pending], now_ms: int, lost: Dead | None
    ) -> frozenset[str]:
        """Moves the place, and keeps what it passes over; `lost` stands for what can no longer be read.

        Gives the ids of those that were not pending already.
        """
        arguments: list[str | bytes | int] = [reached.encode(), now_ms]
        arguments += [lost.id, encoded(lost)] if lost else ["", ""]
        for message in messages:
            arguments += [message.id, encoded(message), message.place.time_ms]
        flags = await self._change(self._take, self._keys.cursors, [self._name, *arguments])
        return frozenset(message.id for message, flag in zip(messages, flags[1:], strict=True) if flag)

    async def due(self, now_ms: int, limit: int) -> list[str]:
        """Ids of what is to be tried now, the longest due first; also those that are being tried."""
        with waiting_on_redis():
            found: list[Any] = await self._redis.zrange(
                self._keys.due(self._name), "-inf", now_ms + 1, byscore=True, offset=0, num=limit
            )
        return [message.decode() for message in found]

    async def next_due(self, after_ms: int) -> float | None:
        """When (ms) the next message is to be tried that is not due yet."""
        with waiting_on_redis():
            found = await self._redis.zrange(
                self._keys.due(self._name), f"({after_ms + 1}", "+inf", byscore=True, offset=0, num=1, withscores=True
            )
        return float(found[0][1]) if found else None

    async def pending(self, messages: Sequence[str]) -> list[Pending]:
        """The messages of those ids that are still pending."""
        if not messages:
            return []
        with waiting_on_redis():
            kept = await self._redis.hmget(self._keys.pending(self._name), list(messages))
        return [pending_of(entry) for entry in kept if isinstance(entry, bytes)]

    async def some(self, count: int) -> list[str]:
        """Ids of that many pending messages at most, by chance."""
        with waiting_on_redis():
            found: Any = await self._redis.hrandfield(self._keys.pending(self._name), count)
        return [message.decode() for message in found or ()]

    async def delivered(self, message: Pending) -> None:
        """It is done."""
        await self._keep(message.id, b"", 0.0)

    async def again(self, message: Pending, at_ms: float, *, disabled: str = "") -> None:
        """It stays pending, and is due then; `disabled`: why nothing is sent there any more."""
        await self._keep(message.id, encoded(message), at_ms, disabled=disabled)

    async def give_up(self, letter: Dead) -> None:
        """It becomes a dead letter."""
        await self._keep(letter.id, b"", 0.0, dead=encoded(letter))

    async def _keep(self, message: str, entry: bytes, due: float, *, dead: bytes = b"", disabled: str = "") -> None:
        name = self._name if disabled else ""
        await self._change(self._settle, self._keys.disabled, [message, entry, due, dead, name, disabled])

    async def _change(self, call: AsyncScript, key: str, arguments: Sequence[str | bytes | int | float]) -> list[int]:
        try:
            with waiting_on_redis():
                answer: list[int] = await call(keys=[*self._keys.of(self._name), key], args=[self._lease, *arguments])
        except ResponseError as exc:
            # Redis 6 wraps what a command inside a script answers, so that its own error class is lost.
            if "OOM command not allowed" in str(exc):
                raise TransientError(f"Redis is full: {exc}") from exc
            raise
        if not answer[0]:
            raise LeaseLostError(self._name)
        return answer
