from __future__ import annotations

import pytest

from services.api.access.quota import Quota


def test_without_a_limit_nothing_is_told() -> None:
    assert Quota(admitted=True, limit=0, left=0, milliseconds=0).headers == {}


@pytest.mark.parametrize(
    ("milliseconds", "seconds"), [(0, 1), (1, 1), (1000, 1), (1001, 2), (19_999, 20), (60_000, 60)]
)
def test_seconds_are_whole_and_never_too_few(milliseconds: int, seconds: int) -> None:
    quota = Quota(admitted=False, limit=3, left=0, milliseconds=milliseconds)
    assert quota.seconds == seconds
    assert quota.headers == {
        "RateLimit-Policy": '"default";q=3;w=60',
        "RateLimit": f'"default";r=0;t={seconds}',
    }
