"""Keys for tests that write to the api, or read where that needs one."""

from __future__ import annotations

import time

from services.api.access.key import new_key
from services.api.access.record import KeyRecord, Scope
from services.api.access.store import KeyStore
from shared.redis import connect
from shared.settings import Settings


async def make_key(
    settings: Settings, *scopes: Scope, name: str = "test", rate: int | None = None, expires: int | None = None
) -> str:
    """A good key of this installation."""
    redis = connect(settings)
    key = new_key()
    record = KeyRecord(name=name, scopes=scopes, created=int(time.time()), rate=rate, expires=expires)
    await KeyStore(redis, settings).create(key, record)
    await redis.aclose()
    return key.text


def bearer(key: str) -> dict[str, str]:
    """The header that shows it."""
    return {"Authorization": f"Bearer {key}"}
