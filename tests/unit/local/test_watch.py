"""What a person at the terminal is told of programs that die."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.supervision import State
from deploy.local.watch import changes, pids


def _state(pid: int) -> State:
    return State("cache", "RUNNING" if pid else "BACKOFF", pid, "")


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (7, 7, []),
        (7, 8, ["cache ended (pid 7) and was started again (pid 8)"]),
        (7, 0, ["cache ended (pid 7) and will be started again; logs/cache.log"]),
        (0, 8, ["cache runs again (pid 8)"]),
        (0, 0, []),
    ],
)
def test_each_change_is_told_once(before: int, now: int, told: list[str]) -> None:
    known = pids([_state(before)])
    assert [line.strip() for line in changes(known, [_state(now)], Path("logs"))] == told
    assert changes(pids([_state(now)]), [_state(now)], Path("logs")) == []
