from __future__ import annotations

import pytest

from services.cache.memory import Memory


@pytest.mark.parametrize(("used", "is_short"), [(0, False), (900, False), (901, True), (1_100, True)])
def test_above_nine_tenths_the_oldest_must_go(used: int, is_short: bool) -> None:
    assert Memory(used, 1_000).is_short is is_short


@pytest.mark.parametrize(("used", "is_relieved"), [(850, True), (851, False), (0, True)])
def test_they_go_until_it_is_at_most_eighty_five_hundredths(used: int, is_relieved: bool) -> None:
    assert Memory(used, 1_000).is_relieved is is_relieved
