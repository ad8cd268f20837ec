"""Verdicts on labelled pairs are at least as good as they were."""

from __future__ import annotations

from pathlib import Path

from services.deduplicator.evaluate import evaluate_pairs
from tests.quality.deduplicator.floors import PAIRS_FILE, below, digest, measured, read_floors


def test_the_figures_reach_their_floors(data: Path) -> None:
    file = data / PAIRS_FILE
    floors = read_floors()
    assert digest(file) == floors.digest, "the floors were measured on other data: update them"
    report = evaluate_pairs(file)
    sunk = below(floors.floors, measured(report))
    assert not sunk, "\n".join(["below their floors:", *sunk, "", report.table()])
