"""The keys in Redis: made, listed, rotated and revoked; what a request does with them is in `admission.py`."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from services.api.access.key import Key
from services.api.access.names import Names
from services.api.access.record import KeyRecord
from shared.outcomes import CannotStartError
from shared.redis import waiting_on_redis
from shared.settings import Settings

T = TypeVar("T")
_RECORD = msgspec.json.Decoder(KeyRecord)


class KeysError(CannotStartError):
    """What was asked for does not fit the keys that there are; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Held:
    """A key as it is kept."""

    digest: str
    record: KeyRecord
    used: int | None  # epoch seconds, to the minute


class KeyStore:
    """Every method raises TransientError while Redis is away. Names are few: they are looked for among all keys."""

    def __init__(self, redis: Redis, settings: Settings, *, now: Callable[[], float] = time.time) -> None:
        self._redis, self._names, self._now = redis, Names(settings.key_prefix), now

    async def all(self) -> list[Held]:
        """Every key, by name and age."""
        with waiting_on_redis():
            return await _all(self._redis, self._names)

    async def create(self, key: Key, record: KeyRecord, *, replace: bool = False) -> bool:
        """Keeps a new key, in place of others of its name where `replace` says so; False where it is kept already.

        Raises KeysError where another key has the name and is good.
        """

        async def change(pipe: Pipeline) -> bool:
            others = [held for held in await _all(pipe, self._names) if held.record.name == record.name]
            if any(held.digest == key.digest and not held.record.has_ended(self._now()) for held in others):
                return False
            if not replace and any(not held.record.has_ended(self._now()) for held in others):
                raise KeysError(
                    f"there is a key named {record.name} already: `khabar keys rotate {record.name}` gives its holder "
                    "a new one, `khabar keys revoke` ends it, or choose another name"
                )
            self._change(pipe, keep={key.digest: record}, drop=[held.digest for held in others])
            return True

        return await self._transaction(change)

    async def rotate(self, name: str, key: Key, *, grace_seconds: int) -> KeyRecord:
        """Gives the name a new key, for as long as the old one was made for, which ends after the grace.

        Raises KeysError where no key of that name is good.
        """

        async def change(pipe: Pipeline) -> KeyRecord:
            now = int(self._now())
            held = [held for held in await _all(pipe, self._names) if held.record.name == name]
            good = [each for each in held if not each.record.has_ended(now)]
            if not good:
                raise KeysError(_none_named(name))
            made = _renewed(good[-1].record, now)
            ending = {each.digest: _ending(each.record, now + grace_seconds) for each in good}
            ended = [each.digest for each in held if each not in good]
            self._change(pipe, keep={**ending, key.digest: made}, drop=ended)
            return made

        return await self._transaction(change)

    async def revoke(self, name: str) -> None:
        """Ends every key of that name, at once and everywhere. Raises KeysError where there is none."""

        async def change(pipe: Pipeline) -> None:
            digests = [held.digest for held in await _all(pipe, self._names) if held.record.name == name]
            if not digests:
                raise KeysError(_none_named(name))
            self._change(pipe, keep={}, drop=digests)

        await self._transaction(change)

    def _change(self, pipe: Pipeline, *, keep: dict[str, KeyRecord], drop: list[str]) -> None:
        pipe.multi()  # type: ignore[no-untyped-call]
        for digest in drop:
            pipe.hdel(self._names.keys, digest)
            pipe.hdel(self._names.used, digest)
        for digest, record in keep.items():
            pipe.hset(self._names.keys, digest, msgspec.json.encode(record).decode())

    async def _transaction(self, change: Callable[[Pipeline], Awaitable[T]]) -> T:
        """Decides on what it has read only where nobody has changed it meanwhile; else again."""
        with waiting_on_redis():
            result: Any = await self._redis.transaction(change, self._names.keys, value_from_callable=True)
        return result  # type: ignore[no-any-return]


def _renewed(record: KeyRecord, now: int) -> KeyRecord:
    lifetime = None if record.expires is None else record.expires - record.created
    return msgspec.structs.replace(record, created=now, expires=None if lifetime is None else now + lifetime)


def _ending(record: KeyRecord, end: int) -> KeyRecord:
    return msgspec.structs.replace(record, expires=end if record.expires is None else min(record.expires, end))


def _none_named(name: str) -> str:
    return f"there is no key named {name}; `khabar keys list` shows those there are"


async def _all(redis: Redis | Pipeline, names: Names) -> list[Held]:
    records: Any = await redis.hgetall(names.keys)
    used: Any = await redis.hgetall(names.used)
    held = [
        Held(digest.decode(), _RECORD.decode(record), int(used[digest]) if digest in used else None)
        for digest, record in records.items()
    ]
    return sorted(held, key=lambda each: (each.record.name, each.record.created))
