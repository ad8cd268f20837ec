"""Floors that topics and countries may not fall below, kept with the digest of the data they were measured on.

`python -m tests.quality.classifier.floors DATA_DIR` raises them; lowering one needs `--lower`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from services.classifier.evaluate import CountryEvaluation, TopicEvaluation, country_evaluation, topic_evaluation
from services.classifier.labelled import read_labelled
from services.classifier.training.held_out import hold_out
from services.classifier.training.topics import LABELLED_FILE

FLOORS_FILE = Path(__file__).with_name("floors.json")
HELD_OUT = (0, 1)
"""Folds whose sources the judged models do not see: the fewest that have every language and topic."""
LARGEST_CALIBRATION_ERROR = 0.03
MARGIN = 0.005  # what another machine's arithmetic, or a better cleaning elsewhere, may cost
SMALL_MARGIN = 0.02  # for one language or topic, of which there are few hundred articles
FEWEST = 50  # articles of a language or topic that a floor means something of
ROUNDED = 3  # digits


class Floor(msgspec.Struct, frozen=True):
    """The least a figure may be: `what` (topics or countries), of `row` (all, a language, a topic)."""

    what: str
    row: str
    figure: str
    least: float


class Floors(msgspec.Struct, frozen=True):
    """All floors, and the SHA-256 of the data that they were measured on."""

    digest: str
    floors: list[Floor]


class Measured(msgspec.Struct, frozen=True):
    """What the models reach on the folds that they had not seen."""

    topics: TopicEvaluation
    countries: CountryEvaluation


def measure(data_dir: Path) -> Measured:
    """Trains on the other folds and measures on those held out: minutes."""
    data = read_labelled(data_dir / LABELLED_FILE)
    held_out = hold_out(data, HELD_OUT)
    return Measured(
        topic_evaluation(held_out.unseen, held_out.topics, None, seen=False),
        country_evaluation(held_out.unseen, held_out.countries, seen=False),
    )


def figures(measured: Measured) -> Iterator[Floor]:
    """Every figure that has a floor."""
    topics, countries = measured.topics, measured.countries
    for row, found in (("all", topics.figures), *topics.by_language.items()):
        if found.articles >= FEWEST:
            for name in ("accuracy", "macro_f1", "either", "precision_at_coverage"):
                yield Floor("topics", row, name, round(getattr(found, name), ROUNDED))
    for row, topic in topics.by_topic.items():
        if topic.articles >= FEWEST:
            yield Floor("topics", row, "f1", round(topic.f1, ROUNDED))
    for row, country in (("all", countries.figures), *countries.by_language.items()):
        if country.articles >= FEWEST:
            yield Floor("countries", row, "f1", round(country.f1, ROUNDED))


def read_floors() -> Floors:
    """The committed floors."""
    return msgspec.json.decode(FLOORS_FILE.read_bytes(), type=Floors)


def below(floors: Sequence[Floor], now: Sequence[Floor]) -> list[str]:
    """A sentence for each floor that the figures do not reach, or no longer have."""
    reached = {(figure.what, figure.row, figure.figure): figure.least for figure in now}
    sunk: list[str] = []
    for floor in floors:
        found = reached.get((floor.what, floor.row, floor.figure))
        name = f"{floor.what}, {floor.row}: {floor.figure}"
        if found is None:
            sunk.append(f"{name} is no longer measured; it was at least {floor.least}")
        elif found < floor.least:
            sunk.append(f"{name} is {found}, it was at least {floor.least}")
    return sunk


def _floor(figure: Floor) -> Floor:
    margin = MARGIN if figure.row == "all" else SMALL_MARGIN
    return msgspec.structs.replace(figure, least=round(figure.least - margin, ROUNDED))


def main(arguments: Sequence[str]) -> int:
    """Raises the floors to what is measured now; gives the exit status."""
    paths = [argument for argument in arguments if argument != "--lower"]
    if len(paths) != 1:
        print(__doc__)
        return 2
    measured = measure(Path(paths[0]))
    new = Floors(measured.topics.digest, [_floor(figure) for figure in figures(measured)])
    old = read_floors() if FLOORS_FILE.exists() else Floors("", [])
    sunk = below(old.floors, new.floors) if old.digest == new.digest else []
    if sunk and "--lower" not in arguments:
        print("\n".join(("Lower than before; say --lower if that is meant:", *sunk)))
        return 1
    FLOORS_FILE.write_bytes(msgspec.json.format(msgspec.json.encode(new), indent=1) + b"\n")
    print(f"{measured.topics}\n\n{measured.countries}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
