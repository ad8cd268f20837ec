"""Some 400 date notations in 35 languages: each is read right, or refused where it says nothing certain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.normalizer.dates import DateReading, read_date
from services.normalizer.dates.calendars import Calendar, to_gregorian
from services.normalizer.dates.words import words_of

NOW = datetime(2026, 1, 29, 12, 0, tzinfo=UTC)
FIRST, LAST = (moment.replace(tzinfo=None) for moment in (datetime(1990, 1, 1, tzinfo=UTC), NOW))
TABLE = Path(__file__).with_name("notations.tsv")
FORMATS = {
    "second": "%Y-%m-%dT%H:%M:%S",
    "minute": "%Y-%m-%dT%H:%M",
    "hour": "%Y-%m-%dT%H:%M",
    "day": "%Y-%m-%d",
    "month": "%Y-%m",
    "year": "%Y",
}


@dataclass(frozen=True, slots=True)
class Notation:
    """A line of the table; `answer` is `-` where the notation must be refused."""

    language: str | None
    raw: str
    answer: str


def notations() -> list[Notation]:
    """Every line of the table."""
    lines = TABLE.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [Notation(language or None, raw, answer) for language, raw, answer in rows]


def told(reading: DateReading | None) -> str:
    """A reading as the table writes it."""
    return "-" if reading is None else f"{reading.at.strftime(FORMATS[reading.precision])} {reading.precision}"


@pytest.mark.parametrize("notation", notations(), ids=lambda notation: f"{notation.language}: {notation.raw}")
def test_a_notation_is_read_or_refused(notation: Notation) -> None:
    assert told(read_date(notation.raw, language=notation.language, now=NOW)) == notation.answer


def test_the_table_is_as_large_as_it_says() -> None:
    assert len(notations()) >= 390
    assert len({notation.language for notation in notations()}) >= 35


def test_a_time_without_a_zone_is_in_the_zone_of_the_source() -> None:
    reading = read_date("2026-01-28 10:20", language=None, now=NOW, zone=180)
    assert told(reading) == "2026-01-28T07:20 minute"


def test_the_order_of_day_and_month_follows_what_is_near_the_fetch() -> None:
    november = datetime(2019, 11, 13, tzinfo=UTC)
    assert told(read_date("11/12/2019", language="en", now=november)) == "2019-11-12 day"
    assert told(read_date("11/12/2019", language="ar", now=november)) == "2019-11-12 day"
    assert told(read_date("11/12/2018", language="ar", now=november)) == "2018-12-11 day"
    assert told(read_date("11/12/2018", language="en", now=november)) == "-"


def test_a_year_left_out_is_the_nearest_to_the_fetch() -> None:
    new_year = datetime(2026, 1, 2, tzinfo=UTC)
    assert told(read_date("30 December", language="en", now=new_year)) == "2025-12-30 day"
    assert told(read_date("5 January", language="en", now=new_year)) == "2026-01-05 day"


def test_the_weekday_settles_the_moon() -> None:
    assert told(read_date("الخميس 9 شعبان 1447 هـ", language="ar", now=NOW)) == "2026-01-29 day"


def test_a_long_text_is_no_date() -> None:
    assert read_date("28 January 2026" + " " * 200, language="en", now=NOW) is None


@pytest.mark.parametrize(
    ("year", "month", "day", "expected"),
    [
        (1398, 1, 1, "2019-03-21"),
        (1399, 12, 30, "2021-03-20"),
        (1404, 11, 8, "2026-01-28"),
        (1357, 11, 22, "1979-02-11"),
    ],
)
def test_persian_days_are_those_of_the_calendar(year: int, month: int, day: int, expected: str) -> None:
    assert to_gregorian(Calendar.PERSIAN, year, month, day).isoformat() == expected


@pytest.mark.parametrize("day", [(1404, 12, 30), (1404, 13, 1), (1404, 7, 31), (900, 1, 1)])
def test_persian_days_that_are_none_are_refused(day: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="Persian year"):
        to_gregorian(Calendar.PERSIAN, *day)


def test_arabic_months_of_all_countries_are_known() -> None:
    names = {" ".join(phrase) for phrase in words_of("ar").months}
    assert {"كانون الثاني", "شباط", "جانفي", "غشت", "يوليوز", "نيسان", "شعبان"} <= names


@given(st.text(max_size=130), st.sampled_from(["ar", "en", "fa", "th", None]))
@settings(max_examples=300, deadline=None)
def test_no_text_raises(text: str, language: str | None) -> None:
    read_date(text, language=language, now=NOW)


@given(st.datetimes(FIRST, LAST, timezones=st.just(UTC)))
@settings(max_examples=200, deadline=None)
def test_iso_is_read_back(moment: datetime) -> None:
    reading = read_date(moment.isoformat(), language=None, now=NOW)
    assert reading is not None
    assert reading.precision == "second"
    assert timedelta(0) <= moment - reading.at < timedelta(seconds=1)


@pytest.mark.parametrize("notation", [n for n in notations() if n.answer != "-"], ids=lambda n: n.raw)
def test_where_the_language_is_not_known_a_notation_is_read_rightly_or_refused(notation: Notation) -> None:
    reading = read_date(notation.raw, language=None, now=NOW)
    if reading is not None:
        assert told(reading) == notation.answer
