"""Floors that the figures on labelled pairs may not fall below, kept with the digest of the data they were measured on.

`python -m tests.quality.deduplicator.floors FILE` raises them; lowering one needs `--lower`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from services.deduplicator.evaluate import PairsReport, evaluate_pairs

FLOORS_FILE = Path(__file__).with_name("pairs.json")
PAIRS_FILE = Path("pairs") / "pairs_dev.jsonl.gz"  # in the data folder
FIGURES = ("f1", "answers", "found")
MARGIN = 0.008  # four pairs of 510: what a better cleaning may cost elsewhere
ROUNDED = 3  # digits


class Floor(msgspec.Struct, frozen=True):
    """The least a figure may be, for one row of the table."""

    row: str
    figure: str
    least: float


class Floors(msgspec.Struct, frozen=True):
    """All floors, and the SHA-256 of the file that they were measured on."""

    digest: str
    floors: list[Floor]


def read_floors() -> Floors:
    """The committed floors."""
    return msgspec.json.decode(FLOORS_FILE.read_bytes(), type=Floors)


def digest(file: Path) -> str:
    """SHA-256 of the file."""
    return sha256(file.read_bytes()).hexdigest()


def measured(report: PairsReport) -> list[Floor]:
    """The figures of the report."""
    return [
        Floor(row, figure, round(getattr(figures, figure), ROUNDED))
        for row, figures in report.rows()
        for figure in FIGURES
    ]


def below(floors: Sequence[Floor], now: Sequence[Floor]) -> list[str]:
    """A sentence for each floor that the figures do not reach, or no longer have."""
    figures = {(floor.row, floor.figure): floor.least for floor in now}
    return [
        f"{floor.row}, {floor.figure}: {figures.get((floor.row, floor.figure), 'not measured')}, floor {floor.least}"
        for floor in floors
        if figures.get((floor.row, floor.figure), -1.0) < floor.least
    ]


def updated(old: Floors | None, file: Path, *, lower: bool) -> Floors:
    """New floors. Raises ValueError where one would be lower and that was not asked for."""
    figures = measured(evaluate_pairs(file))
    now = Floors(digest(file), [Floor(one.row, one.figure, round(one.least - MARGIN, ROUNDED)) for one in figures])
    if old is not None and not lower and (sunk := below(old.floors, now.floors)):
        raise ValueError("would lower floors (give --lower where that is meant):\n" + "\n".join(sunk))
    return now


def main(arguments: Sequence[str]) -> int:
    """Writes the floors anew from the file."""
    files = [Path(argument) for argument in arguments if argument != "--lower"]
    if len(files) != 1:
        sys.stderr.write("usage: python -m tests.quality.deduplicator.floors FILE [--lower]\n")
        return 2
    old = read_floors() if FLOORS_FILE.exists() else None
    try:
        new = updated(old, files[0], lower="--lower" in arguments)
    except ValueError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    FLOORS_FILE.write_bytes(msgspec.json.format(msgspec.json.encode(new), indent=2) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
