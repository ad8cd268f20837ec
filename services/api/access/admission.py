"""Asks Redis, in one call a request, who has a credential and whether what they may ask for is used up."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
from redis.asyncio import Redis

from services.api.access.names import Names
from services.api.access.quota import Quota
from services.api.access.record import KeyRecord
from shared.redis import ask, waiting_on_redis
from shared.settings import Settings

Kind = Literal["none", "key", "session"]
_RECORD = msgspec.json.Decoder(KeyRecord)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request shows: nothing, a key, or a session that a key began; by its digest."""

    kind: Kind
    digest: str = ""


NOTHING = Credential("none")


@dataclass(frozen=True, slots=True)
class Admission:
    """The good key that the credential is or stands for, and the quota of its holder or address."""

    record: KeyRecord | None
    quota: Quota


class Admissions:
    """Raises TransientError while Redis is away: then no key can be checked, and there is nothing to read either."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis, self._names, self._rate = redis, Names(settings.key_prefix), settings.api_rate
        self._admit = redis.register_script(Path(__file__).with_name("admit.lua").read_text("utf-8"))

    async def ask(self, credential: Credential, address: str, *, limited: bool) -> Admission:
        """Takes one request of the quota of the key; of the address's, where it is limited, if there is no good key."""
        arguments: list[str | int] = [
            credential.kind,
            credential.digest,
            address,
            self._rate if limited else 0,
            self._rate,
        ]
        # Sent twice, it takes two of the quota at most.
        answer: Any = await ask(self._redis, lambda: self._admit(keys=self._names.all, args=arguments))
        record, admitted, limit, left, milliseconds = answer
        return Admission(
            record=_RECORD.decode(record) if record else None,
            quota=Quota(admitted=bool(admitted), limit=limit, left=left, milliseconds=milliseconds),
        )

    async def still_good(self, credential: Credential) -> bool:
        """Whether the key that it is or stands for has not been revoked and has not ended; nothing is counted."""
        with waiting_on_redis():
            digest: Any = credential.digest
            if credential.kind == "session":
                digest = await self._redis.get(f"{self._names.sessions}{digest}")
            record: Any = digest and await self._redis.hget(self._names.keys, digest)
        return bool(record) and not _RECORD.decode(record).has_ended(time.time())
