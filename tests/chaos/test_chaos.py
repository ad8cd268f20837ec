"""`make chaos`: 20,000 articles while everything is killed, and nothing is lost or seen twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.chaos.articles import flowing_articles
from tests.chaos.faults import Plan
from tests.chaos.run import SESSION_SECONDS, run_chaos

ARTICLES = 20_000
PLAN = Plan(kills=14, stops=2, stop_seconds=2 * SESSION_SECONDS + 2, pause_seconds=8)
SECONDS = 200


@pytest.mark.timeout(1200)
async def test_nothing_is_lost_or_seen_twice_whatever_dies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("CHAOS_SEED", "1"))
    report = await run_chaos(tmp_path, flowing_articles(ARTICLES), SECONDS, PLAN, seed)
    with capsys.disabled():
        print(f"\n{report.published:,} published; flow back in every partition after:", *report.felt, sep="\n  ")

    assert report.is_clean, report
