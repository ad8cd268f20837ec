"""Time, injected: what a stage knows of now."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], float]
"""Seconds since the epoch."""

system_clock: Clock = time.time


def rfc3339(seconds: float) -> str:
    """RFC 3339 in UTC to the second: `2026-01-28T00:00:00Z`."""
    return f"{datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
