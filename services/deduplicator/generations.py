"""Generations: entries arrive in the newest, and one leaves whole when nothing in the window can be in it any more.

Each is as long as the window, so that this one and the one before hold all that arrived within it. Shorter ones would
keep less, but each costs a lookup of every key.
"""

from __future__ import annotations

from shared.clock import Clock

DAY_SECONDS = 86_400
NO_GENERATION = -1  # before the first


def generation_of(clock: Clock, window_days: int) -> int:
    """The generation that takes entries now, by its first day, counted from the epoch."""
    return int(clock() // (window_days * DAY_SECONDS)) * window_days


def looked_up(generation: int, window_days: int) -> tuple[int, int]:
    """The generations that hold what arrived within the window: the one before, and this one."""
    return generation - window_days, generation


def lifetime_seconds(window_days: int) -> int:
    """How long after its first moment a generation may be looked up; with a day to spare, for clocks that lag."""
    return (2 * window_days + 1) * DAY_SECONDS


def looked_up_since(clock: Clock, window_days: int) -> float:
    """The first moment (epoch seconds) of the oldest generation that is still looked up."""
    oldest, _ = looked_up(generation_of(clock, window_days), window_days)
    return float(oldest * DAY_SECONDS)
