"""Cleaning and credits on articles read line by line are at least as good as they were, in every language."""

from __future__ import annotations

from pathlib import Path

from tests.quality.normalizer.floors import ALL, digest, figures, measure, read_floors
from tests.quality.normalizer.floors import below as sunk_below

# What was asked of the normalizer before any rule was written.
ASKED = {"recall": 0.80, "precision": 0.95, "story kept": 0.998, "credits F1": 0.85}


def test_the_figures_reach_their_floors(data: Path) -> None:
    floors = read_floors()
    assert digest(data) == floors.digest, "the floors were measured on other data: update them"
    report = measure(data)
    sunk = sunk_below(floors.floors, list(figures(report)))
    assert not sunk, "\n".join(["below their floors:", *sunk, "", str(report)])


def test_no_floor_is_below_what_was_asked() -> None:
    least = {floor.figure: floor.least for floor in read_floors().floors if floor.row == ALL}
    assert {name: least[name] >= asked for name, asked in ASKED.items()} == dict.fromkeys(ASKED, True)
