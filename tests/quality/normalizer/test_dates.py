"""The table of date notations through dateparser and htmldate too: their figures beside ours, in one run."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import dateparser
from htmldate import find_date

from services.normalizer.dates import read_date
from tests.unit.normalizer.dates.test_notations import FORMATS, NOW, Notation, notations

MOST_WRONG = 0
REFUSED = "-"


@dataclass(frozen=True, slots=True)
class Score:
    """How many notations of the table a reader got right, refused though they say a date, or got wrong."""

    reader: str
    right: int
    refused: int
    wrong: int

    def __str__(self) -> str:
        return f"{self.reader:<32} right {self.right:3}  refused {self.refused:3}  wrong {self.wrong:3}"


def by_us(notation: Notation) -> datetime | None:
    reading = read_date(notation.raw, language=notation.language, now=NOW)
    return reading.at if reading else None


def by_dateparser(notation: Notation) -> datetime | None:
    settings = {"RELATIVE_BASE": NOW.replace(tzinfo=None), "TIMEZONE": "UTC", "RETURN_AS_TIMEZONE_AWARE": True}
    languages = [notation.language] if notation.language else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found: datetime | None = dateparser.parse(notation.raw, languages=languages, settings=settings)
            return found
    except ValueError:  # a language that it does not know
        return None


def by_htmldate(notation: Notation) -> datetime | None:
    page = f'<html><head><meta property="article:published_time" content="{notation.raw}"></head><body></body></html>'
    try:
        found = find_date(page, max_date="2026-12-31")
    except ValueError:  # a zone that there is not
        return None
    return datetime.fromisoformat(found).replace(tzinfo=UTC) if found else None


def score(reader: str, read: Callable[[Notation], datetime | None], *, by_day: bool) -> Score:
    """`by_day`: only the day is compared, for a reader that knows nothing finer."""
    right = refused = wrong = 0
    for notation in notations():
        found = read(notation)
        if found is None:
            right += notation.answer == REFUSED
            refused += notation.answer != REFUSED
        elif notation.answer != REFUSED and _agrees(found, notation.answer, by_day=by_day):
            right += 1
        else:
            wrong += 1
    return Score(reader, right, refused, wrong)


def _agrees(found: datetime, answer: str, *, by_day: bool) -> bool:
    moment, precision = answer.rsplit(" ", 1)
    form = FORMATS["day"] if by_day and precision in {"second", "minute", "hour"} else FORMATS[precision]
    expected = moment[:10] if form == FORMATS["day"] else moment
    return found.astimezone(UTC).strftime(form)[: len(expected)] == expected


def test_no_notation_is_read_wrong_and_others_are_told_beside_it() -> None:
    ours = score("Khabar", by_us, by_day=False)
    others = [
        score("dateparser, language given", by_dateparser, by_day=False),
        score("dateparser, day only", by_dateparser, by_day=True),
        score("htmldate, day only", by_htmldate, by_day=True),
    ]
    print("", *map(str, [ours, *others]), sep="\n")
    assert ours.wrong == MOST_WRONG
    assert all(ours.right > other.right for other in others)
