"""The short form of `make chaos`: what dies under load loses and repeats nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.articles import flowing_articles
from tests.chaos.faults import Plan
from tests.chaos.run import SESSION_SECONDS, run_chaos

pytestmark = pytest.mark.end_to_end

ARTICLES = 1_500
PLAN = Plan(kills=5, stops=1, stop_seconds=2 * SESSION_SECONDS + 1, pause_seconds=3)
SECONDS = 40


async def test_nothing_is_lost_or_seen_twice(tmp_path: Path) -> None:
    report = await run_chaos(tmp_path, flowing_articles(ARTICLES), SECONDS, PLAN, seed=7)

    assert report.is_clean, report
