"""When a failed delivery is tried again."""

from __future__ import annotations

import pytest

from services.webhooks.schedule import DELAYS, JITTER, Schedule

HOUR = 3_600.0


def middle() -> float:
    return 0.5


def test_ten_tries_in_75_hours() -> None:
    schedule = Schedule()
    assert schedule.tries == 10
    delays = [schedule.delay(tries, middle) for tries in range(1, 10)]
    assert delays == list(DELAYS)
    assert sum(DELAYS) == pytest.approx(75.6 * HOUR, rel=0.01)


def test_after_the_last_it_is_given_up() -> None:
    assert Schedule().delay(9, middle) is not None
    assert Schedule().delay(10, middle) is None


def test_jitter_goes_either_way_by_a_tenth() -> None:
    assert Schedule().delay(2, lambda: 0.0) == pytest.approx(300 * (1 - JITTER))
    assert Schedule().delay(2, lambda: 0.999_999) == pytest.approx(300 * (1 + JITTER), rel=1e-5)


def test_a_receiver_may_ask_for_longer_but_not_for_ever() -> None:
    assert Schedule().delay(1, middle, at_least=120) == 120
    assert Schedule().delay(2, middle, at_least=120) == 300
    assert Schedule().delay(1, middle, at_least=1e9) == max(DELAYS)
