"""The subscriptions of an installation, in Redis, as operators add, change and remove them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import msgspec
from redis.asyncio import Redis

from services.cache.cursor import START, Cursor, decode_cursor
from services.webhooks.entries import Dead, Pending, dead_of, encoded
from services.webhooks.keys import Keys
from services.webhooks.subscription import Subscription
from shared.redis import waiting_on_redis
from shared.settings import Settings

BY_HAND = "disabled by hand"


@dataclass(frozen=True, slots=True)
class Status:
    """How far a subscription has come; `oldest_ms`: when the oldest article that is pending arrived."""

    cursor: Cursor
    pending: int
    dead: int
    oldest_ms: int | None
    disabled: str | None
    delivering: bool


class Subscriptions:
    """Every method raises TransientError while Redis is away."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis, self._keys = redis, Keys(settings.key_prefix)

    async def all(self) -> list[Subscription]:
        """By name."""
        with waiting_on_redis():
            kept = await self._redis.hgetall(self._keys.subscriptions)
        found = [msgspec.json.decode(text, type=Subscription) for text in kept.values()]
        return sorted(found, key=lambda subscription: subscription.name)

    async def get(self, name: str) -> Subscription | None:
        """The one of that name."""
        with waiting_on_redis():
            kept = await self._redis.hget(self._keys.subscriptions, name)
        return msgspec.json.decode(kept, type=Subscription) if kept else None

    async def add(self, subscription: Subscription, begin: Cursor) -> bool:
        """Adds it, to begin after that place; whether the name was free."""
        with waiting_on_redis():
            if await self._redis.hexists(self._keys.subscriptions, subscription.name):
                return False
            await self._redis.hset(self._keys.cursors, subscription.name, begin.encode())
            return bool(
                await self._redis.hsetnx(self._keys.subscriptions, subscription.name, msgspec.json.encode(subscription))
            )

    async def replace(self, subscription: Subscription) -> None:
        """Changes the one of that name; it goes on where it is."""
        with waiting_on_redis():
            await self._redis.hset(self._keys.subscriptions, subscription.name, msgspec.json.encode(subscription))

    async def remove(self, name: str) -> bool:
        """Forgets it with all that is pending and dead; whether it was there."""
        with waiting_on_redis():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hdel(self._keys.subscriptions, name)
                pipe.hdel(self._keys.disabled, name)
                pipe.hdel(self._keys.cursors, name)
                pipe.delete(*self._keys.of(name))
                answers = await pipe.execute()
        return bool(answers[0])

    async def disabled(self) -> dict[str, str]:
        """Name to why, of those that nothing is sent to."""
        with waiting_on_redis():
            kept = await self._redis.hgetall(self._keys.disabled)
        return {_text(name): _text(reason) for name, reason in kept.items()}

    async def disable(self, name: str, reason: str = BY_HAND) -> None:
        """Lets nothing be sent to it; its place and what is pending stay."""
        with waiting_on_redis():
            await self._redis.hset(self._keys.disabled, name, reason)

    async def enable(self, name: str) -> bool:
        """Lets it go on where it was; whether it was disabled."""
        with waiting_on_redis():
            return bool(await self._redis.hdel(self._keys.disabled, name))

    async def status(self, name: str) -> Status:
        """How far it has come."""
        keys = self._keys
        with waiting_on_redis():
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hget(keys.cursors, name)
                pipe.hlen(keys.pending(name))
                pipe.hlen(keys.dead(name))
                pipe.zrange(keys.arrived(name), 0, 0, withscores=True)
                pipe.hget(keys.disabled, name)
                pipe.exists(keys.lease(name))
                cursor, pending, dead, oldest, disabled, lease = await pipe.execute()
        return Status(
            cursor=decode_cursor(cursor.decode()) if cursor else START,
            pending=pending,
            dead=dead,
            oldest_ms=int(oldest[0][1]) if oldest else None,
            disabled=disabled.decode() if disabled else None,
            delivering=bool(lease),
        )

    async def dead(self, name: str) -> list[Dead]:
        """What was given up, the oldest first."""
        with waiting_on_redis():
            kept: list[Any] = await self._redis.hvals(self._keys.dead(name))
        return sorted((dead_of(entry) for entry in kept), key=lambda letter: letter.at_ms)

    async def retry(self, name: str) -> int:
        """Makes all that waits due now, and what was given up pending again; how many of the latter."""
        letters = [letter for letter in await self.dead(name) if letter.pending is not None]
        now = int(time.time() * 1000)
        with waiting_on_redis():
            waiting: list[Any] = await self._redis.zrange(self._keys.due(name), 0, -1)
            async with self._redis.pipeline(transaction=True) as pipe:
                for message in waiting:
                    pipe.zadd(self._keys.due(name), {message: now}, xx=True)
                for letter in letters:
                    if letter.pending is not None:
                        self._revive(pipe, name, letter.id, letter.pending, now)
                await pipe.execute()
        return len(letters)

    def _revive(self, pipe: Redis, name: str, message: str, pending: Pending, now: int) -> None:
        again = msgspec.structs.replace(pending, tries=0)
        pipe.hset(self._keys.pending(name), message, encoded(again))
        pipe.zadd(self._keys.due(name), {message: now})
        pipe.zadd(self._keys.arrived(name), {message: pending.place.time_ms})
        pipe.hdel(self._keys.dead(name), message)

    async def discard(self, name: str) -> int:
        """Forgets what was given up; how many."""
        with waiting_on_redis():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hlen(self._keys.dead(name))
                pipe.delete(self._keys.dead(name))
                answers = await pipe.execute()
        return int(answers[0])


def _text(answer: bytes | str) -> str:
    """redis-py's types leave open what `decode_responses` says; ours is never set."""
    assert isinstance(answer, bytes)
    return answer.decode()
