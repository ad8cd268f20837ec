"""Floors that cleaning and credits may not fall below, kept with the digest of the data they were measured on.

`python -m tests.quality.normalizer.floors DATA_DIR` raises them; lowering one needs `--lower`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from services.normalizer.evaluate import CleaningReport, Figures, evaluate_cleaning

CLEANING_FILE = Path("cleaning") / "cleaning_dev.jsonl.gz"  # in the data folder
FLOORS_FILE = Path(__file__).with_name("floors.json")
ALL = "all"
FEWEST = 8  # articles of a language that a floor means something of
MARGIN = 0.005  # two lines, or two credits, of all: a rule that is right elsewhere may cost so much
SMALL_MARGIN = 0.03  # a line of a language
KEPT_MARGIN = 0.0005  # half a letter in 1,000
ROUNDED = 4  # digits


class Floor(msgspec.Struct, frozen=True):
    """The least a figure may be, of all articles or of a language."""

    row: str
    figure: str
    least: float


class Floors(msgspec.Struct, frozen=True):
    """All floors, and the SHA-256 of the data that they were measured on."""

    digest: str
    floors: list[Floor]


def digest(data_dir: Path) -> str:
    """Of the labelled articles in the data folder."""
    return sha256((data_dir / CLEANING_FILE).read_bytes()).hexdigest()


def measure(data_dir: Path) -> CleaningReport:
    """The figures of now."""
    return evaluate_cleaning(data_dir / CLEANING_FILE)


def figures(report: CleaningReport) -> Iterator[Floor]:
    """Every figure that has a floor."""
    for row, of in ((ALL, report.all), *report.by_language.items()):
        if of.articles >= FEWEST:
            for name, value in _named(of).items():
                yield Floor(row, name, round(value, ROUNDED))


def _named(of: Figures) -> dict[str, float]:
    return {
        "recall": of.lines.recall,
        "precision": of.lines.precision,
        "story kept": 1 - of.lost / 1000,
        "credits F1": of.credits.f1,
    }


def read_floors() -> Floors:
    """The committed floors."""
    return msgspec.json.decode(FLOORS_FILE.read_bytes(), type=Floors)


def below(floors: Sequence[Floor], now: Sequence[Floor]) -> list[str]:
    """A sentence for each floor that the figures do not reach, or no longer have."""
    reached = {(figure.row, figure.figure): figure.least for figure in now}
    sunk: list[str] = []
    for floor in floors:
        found = reached.get((floor.row, floor.figure))
        if found is None:
            sunk.append(f"{floor.row}: {floor.figure} is no longer measured; it was at least {floor.least}")
        elif found < floor.least:
            sunk.append(f"{floor.row}: {floor.figure} is {found}, it was at least {floor.least}")
    return sunk


def with_margin(figure: Floor) -> Floor:
    """The floor that a figure of now sets."""
    margin = KEPT_MARGIN if figure.figure == "story kept" else MARGIN if figure.row == ALL else SMALL_MARGIN
    return msgspec.structs.replace(figure, least=round(max(0.0, figure.least - margin), ROUNDED))


def main(arguments: Sequence[str]) -> int:
    """Raises the floors to what is measured now; gives the exit status."""
    paths = [argument for argument in arguments if argument != "--lower"]
    if len(paths) != 1:
        print(__doc__)
        return 2
    data_dir = Path(paths[0])
    report = measure(data_dir)
    new = Floors(digest(data_dir), [with_margin(figure) for figure in figures(report)])
    old = read_floors() if FLOORS_FILE.exists() else Floors("", [])
    sunk = below(old.floors, new.floors) if old.digest == new.digest else []
    if sunk and "--lower" not in arguments:
        print("\n".join(("Lower than before; say --lower if that is meant:", *sunk)))
        return 1
    FLOORS_FILE.write_bytes(msgspec.json.format(msgspec.json.encode(new), indent=1) + b"\n")
    print(report)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
