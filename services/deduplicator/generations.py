"""Generations: entries arrive in that of the day, and a generation leaves whole when the window has passed."""

from __future__ import annotations

from shared.clock import Clock

_DAY_SECONDS = 86_400


def generation_of(clock: Clock) -> int:
    """The day, counted from the epoch, that takes entries now."""
    return int(clock() // _DAY_SECONDS)
