"""A stream lasts no longer than the key that it was opened with."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from services.api.access.admission import Admissions, Credential
from shared.outcomes import TransientError

RECHECK_SECONDS = 15.0  # with a heartbeat every 15 s, a key that was revoked is without streams after 30 s


async def while_admitted(
    frames: AsyncGenerator[bytes, None], admissions: Admissions, credential: Credential
) -> AsyncGenerator[bytes, None]:
    """The frames, until the key is revoked or has ended."""
    checked = time.monotonic()
    async with aclosing(frames):
        async for frame in frames:
            if time.monotonic() - checked >= RECHECK_SECONDS:
                if not await _still_good(admissions, credential):
                    return
                checked = time.monotonic()
            yield frame


async def _still_good(admissions: Admissions, credential: Credential) -> bool:
    try:
        return await admissions.still_good(credential)
    except TransientError:
        return True  # while Redis is away there is nothing to send: the reader shall not lose its place for that
