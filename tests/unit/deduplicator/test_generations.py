"""Two generations hold all that arrived within the window, whatever the moment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.deduplicator.generations import (
    DAY_SECONDS,
    generation_of,
    lifetime_seconds,
    looked_up,
    looked_up_since,
)

windows = st.integers(1, 14)
moments = st.floats(1e9, 3e9)


@given(moments, windows, st.floats(0, 1))
def test_what_arrived_within_the_window_is_looked_up(now: float, window: int, share: float) -> None:
    arrived = now - share * window * DAY_SECONDS
    generation = generation_of(lambda: arrived, window)
    assert generation in looked_up(generation_of(lambda: now, window), window)
    assert arrived >= looked_up_since(lambda: now, window)
    assert now - generation * DAY_SECONDS < lifetime_seconds(window)


@given(moments, windows, windows)
def test_a_window_that_is_set_anew_goes_on_within_days(now: float, before: int, after: int) -> None:
    later = now + after * DAY_SECONDS
    assert generation_of(lambda: later, after) > generation_of(lambda: now, before) - after
    much_later = now + 2 * after * DAY_SECONDS
    assert generation_of(lambda: much_later, after) > generation_of(lambda: now, before)


@pytest.mark.parametrize(("day", "generation"), [(20_718, 20_718), (20_720, 20_718), (20_721, 20_721)])
def test_a_generation_is_named_by_its_first_day(day: int, generation: int) -> None:
    assert generation_of(lambda: day * DAY_SECONDS, 3) == generation
