"""Waiting for what another process does, with a limit and a sentence when it does not come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

POLL_SECONDS = 0.1


async def eventually(condition: Callable[[], Awaitable[bool]], what: str, *, seconds: float = 30) -> None:
    """Returns once the condition holds; fails with what was waited for."""
    until = time.monotonic() + seconds
    while not await condition():
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        await asyncio.sleep(POLL_SECONDS)
