"""A browser that showed a key once: a random secret in a cookie stands for the key, for reading, for some hours."""

from __future__ import annotations

import secrets

from redis.asyncio import Redis

from services.api.access.admission import Credential
from services.api.access.key import digest_of
from services.api.access.names import Names
from shared.redis import waiting_on_redis
from shared.settings import Settings

SESSION_SECONDS = 12 * 3600  # a working day: then the key is asked for again
_SECRET_BYTES = 32


class Sessions:
    """Kept in Redis by digest, as keys are. Every method raises TransientError while Redis is away."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis, self._names = redis, Names(settings.key_prefix)

    async def begin(self, key: Credential) -> str:
        """The secret of a new session, which ends with its key if not before."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        with waiting_on_redis():
            await self._redis.set(f"{self._names.sessions}{digest_of(secret)}", key.digest, ex=SESSION_SECONDS)
        return secret

    async def end(self, secret: str) -> None:
        """Nobody has it any more."""
        with waiting_on_redis():
            await self._redis.delete(f"{self._names.sessions}{digest_of(secret)}")
