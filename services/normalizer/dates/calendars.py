"""Calendars other than the Gregorian: Hijri, Persian and Buddhist years."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from hijridate import Hijri


class Calendar(StrEnum):
    """The calendar that a date is written in."""

    GREGORIAN = "gregorian"
    HIJRI = "hijri"
    PERSIAN = "persian"


BUDDHIST_OFFSET = 543
FIRST_BUDDHIST_YEAR = 2400
"""Years from here on are Buddhist: no news is dated in the Gregorian year 2400."""
OTHER_YEARS = range(1280, 1500)
"""Years that are Hijri or Persian in texts of our time: Gregorian they would be the Middle Ages."""

# 1 Farvardin 1400 was 21 March 2021. In a cycle of 33 years, which holds for 1244-1472, these remainders are leap.
_PERSIAN_ANCHOR_YEAR = 1400
_PERSIAN_ANCHOR = date(2021, 3, 21)
_PERSIAN_LEAP = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
_PERSIAN_CYCLE = 33
_PERSIAN_LONG_MONTHS = 6
_PERSIAN_YEARS = range(1244, 1473)


def to_gregorian(calendar: Calendar, year: int, month: int, day: int) -> date:
    """The day in the Gregorian calendar. Raises ValueError where there is no such day, or no table for the year."""
    if calendar is Calendar.HIJRI:
        try:
            converted = Hijri(year, month, day).to_gregorian()
        except OverflowError as exc:
            raise ValueError(str(exc)) from exc
        return date(converted.year, converted.month, converted.day)
    if calendar is Calendar.PERSIAN:
        return _from_persian(year, month, day)
    return date(year, month, day)


def _from_persian(year: int, month: int, day: int) -> date:
    if year not in _PERSIAN_YEARS or not 1 <= month <= 12 or not 1 <= day <= _days_in_month(year, month):
        raise ValueError(f"no day {day} of month {month} in the Persian year {year}")
    days = sum(map(_days_in_year, range(_PERSIAN_ANCHOR_YEAR, year)))
    days -= sum(map(_days_in_year, range(year, _PERSIAN_ANCHOR_YEAR)))
    days += sum(_days_in_month(year, earlier) for earlier in range(1, month)) + day - 1
    return _PERSIAN_ANCHOR + timedelta(days=days)


def _is_leap(year: int) -> bool:
    return year % _PERSIAN_CYCLE in _PERSIAN_LEAP


def _days_in_year(year: int) -> int:
    return 366 if _is_leap(year) else 365


def _days_in_month(year: int, month: int) -> int:
    if month <= _PERSIAN_LONG_MONTHS:
        return 31
    return 30 if month < 12 or _is_leap(year) else 29
