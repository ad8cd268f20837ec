"""Reads one date notation: exactly, or not at all.

What contradicts itself, or holds a word that is not known, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TypeVar

from babel import Locale, UnknownLocaleError

from services.normalizer.dates import words as date_words
from services.normalizer.dates.calendars import (
    BUDDHIST_OFFSET,
    FIRST_BUDDHIST_YEAR,
    OTHER_YEARS,
    Calendar,
    to_gregorian,
)
from services.normalizer.dates.clock_time import TimeOfDay, UnreadableTimeError, checked_offset, split_time
from services.normalizer.dates.relative import read_ago, read_day_word
from services.normalizer.dates.words import Month, Words, date_key, words_of, words_of_all
from shared.contracts.articles import Precision

T = TypeVar("T")

_PERSIAN_LANGUAGES = frozenset({"fa", "ps", "ckb", "ku"})
_HIJRI_LANGUAGES = frozenset({"ar", "ur"})

LONGEST_NOTATION = 120
"""Characters of the longest text that is read as one date: a longer one is a sentence."""
EARLIEST_EPOCH = 315_532_800
"""Seconds: numbers from 1980 on are epochs; smaller ones count something else."""
LATEST_EPOCH = 4_102_444_800
"""Seconds: 2100."""
SLACK = timedelta(days=1)
"""How far ahead of the fetch a date may lie: zones and clocks differ by less."""
RECENT = timedelta(days=7)
"""A day within this time before the fetch settles which of two readings is meant: news is fetched soon."""


@dataclass(frozen=True, slots=True)
class DateReading:
    """A moment in UTC, cut to its precision."""

    at: datetime
    precision: Precision


@dataclass(frozen=True, slots=True)
class _Day:
    """A day as written; None for what is left out."""

    calendar: Calendar
    year: int | None
    month: int
    day: int | None


def read_date(raw: str, *, language: str | None, now: datetime, zone: int = 0) -> DateReading | None:
    """The moment that a notation names, None where it is not one or contradicts itself.

    `now` is when it was fetched, aware; `zone` is minutes east of Greenwich where the notation gives no zone.
    """
    if not 0 < len(raw) <= LONGEST_NOTATION:
        return None
    try:
        if (iso := _iso(raw, zone)) is not None:
            return iso
        key = " ".join(date_key(raw).split())
        return _epoch(key) or _compact(key, zone) or _ago(key, language, now) or _written(key, language, now, zone)
    except (UnreadableTimeError, ValueError, OverflowError):
        return None


# What most producers write, read without looking at any word. A year of 1600 or less is of another calendar.
_ISO = re.compile(
    r"(1[6-9]\d\d|2[0-3]\d\d)-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?: ?(Z|[+-]\d\d:?\d\d))?)?"
)


def _iso(raw: str, zone: int) -> DateReading | None:
    found = _ISO.fullmatch(raw)
    if not found or not raw.isascii():
        return None
    year, month, day, hour, minute, second, offset = found.groups()
    time = None
    if hour is not None:
        precision: Precision = "minute" if second is None else "second"
        time = TimeOfDay(int(hour), int(minute), min(int(second or 0), 59), precision, _minutes(offset))
    return _at(date(int(year), int(month), int(day)), time, zone)


def _minutes(offset: str | None) -> int | None:
    if offset is None or offset == "Z":
        return None if offset is None else 0
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return checked_offset(minutes if offset[0] == "+" else -minutes)


_YEAR = re.compile(r"\d{4}")
_EPOCH = re.compile(r"(\d{9,10})(?:\.\d{1,9})?|(\d{12,13})|(\d{15,16})")
_COMPACT = re.compile(r"((?:19|20)\d{2})([01]\d)([0-3]\d)(?:t?([0-2]\d)([0-5]\d)([0-5]\d)?(?:\.\d{1,6})?(z)?)?")


def _epoch(key: str) -> DateReading | None:
    found = _EPOCH.fullmatch(key)
    if not found:
        return None
    seconds = int(found[1] or 0) or int(found[2] or 0) // 1000 or int(found[3] or 0) // 1_000_000
    if not EARLIEST_EPOCH <= seconds <= LATEST_EPOCH:
        return None
    return DateReading(datetime.fromtimestamp(seconds, UTC), "second")


def _compact(key: str, zone: int) -> DateReading | None:
    found = _COMPACT.fullmatch(key)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part) if part else None for part in found.groups()[:6])
    if year is None or month is None or day is None:
        return None
    time = None
    if hour is not None and minute is not None:
        offset = 0 if found[7] else None
        time = TimeOfDay(hour, minute, second or 0, "minute" if second is None else "second", offset)
    return _at(date(year, month, day), time, zone)


def _ago(key: str, language: str | None, now: datetime) -> DateReading | None:
    if _YEAR.search(key):
        return None
    ago = read_ago(key, language)
    if ago is None:
        return None
    moment = now - timedelta(seconds=ago.seconds)
    months = moment.year * 12 + moment.month - 1 - ago.months
    day = min(moment.day, 28) if ago.months else moment.day
    return _cut(moment.replace(year=months // 12, month=months % 12 + 1, day=day), ago.precision)


def _cut(moment: datetime, precision: Precision) -> DateReading:
    cut = moment.replace(microsecond=0)
    if precision not in {"second"}:
        cut = cut.replace(second=0)
    if precision not in {"second", "minute"}:
        cut = cut.replace(minute=0)
    if precision not in {"second", "minute", "hour"}:
        cut = cut.replace(hour=0)
    return DateReading(cut, precision)


def _written(key: str, language: str | None, now: datetime, zone: int) -> DateReading | None:
    for words in _vocabularies(language):
        split = split_time(key, words)
        day = _read_day(split.rest, words, language, now)
        if isinstance(day, date):
            return _at(day, split.time, zone)
        # A time of no day is a misreading: `3 de marzo` is three in the morning where `de` says so.
        if day is not None and split.time is None:
            return day
    return None


def _vocabularies(language: str | None) -> Iterator[Words]:
    if language:
        yield words_of(language)
    if language != "en":
        yield words_of("en")
    yield words_of_all()


def _at(day: date, time: TimeOfDay | None, zone: int) -> DateReading:
    if time is None:
        return DateReading(datetime(day.year, day.month, day.day, tzinfo=UTC), "day")
    local = datetime(day.year, day.month, day.day, time.hour, time.minute, time.second, tzinfo=UTC)
    return DateReading(local - timedelta(minutes=zone if time.offset is None else time.offset), time.precision)


_YMD = re.compile(
    r"(?<!\d)(?P<y>\d{4}) ?[-/.年년] ?(?P<m>\d{1,2}) ?[-/.月월] ?(?P<d>\d{1,2})(?!\d) ?[日일]?(?:t(?=\s|$))?\.?"
)
_DMY = re.compile(r"(?<![\d.])(?P<a>\d{1,2}) ?(?P<sep>[-/.]) ?(?P<b>\d{1,2}) ?(?P=sep) ?(?P<y>\d{4}|\d{2})(?![\d])")
_YM = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d{2}) ?[-/.年년] ?(?P<m>0?[1-9]|1[0-2]) ?[月월]?(?![\d])")
_MY = re.compile(r"(?<!\d)(?P<m>0?[1-9]|1[0-2])[-/.](?P<y>(?:19|20)\d{2})(?!\d)")
_MD_EAST = re.compile(r"(?<!\d)(?P<m>\d{1,2}) ?[月월] ?(?P<d>\d{1,2}) ?[日일]")
_DM = re.compile(r"(?<![\d.])(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})\.?(?![\d])")
_TOKEN = re.compile(r"\d+|[^\W\d_]+(?:[^\s\w.,،'’\-/()|:;؛][^\W\d_]*)*|\S")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|º|ª|°|го|е|й|-го|’te|'te|de)(?![^\W\d_])")


def _read_day(rest: str, words: Words, language: str | None, now: datetime) -> date | DateReading | None:
    rest = _ORDINAL.sub(" ", rest)
    numeric = _numeric(rest, language, words, now)
    if numeric is not None:
        return numeric
    tokens = _tokens(rest, words)
    if tokens is None:
        return _from_day_word(rest, words, language, now)
    return _from_tokens(tokens, language, now)


def _from_day_word(rest: str, words: Words, language: str | None, now: datetime) -> date | None:
    found = read_day_word(rest, language, now.date())
    if found is None:
        return None
    day, others = found
    tokens = _tokens(others, words)
    if tokens is None or tokens.parts:
        return None
    return day if tokens.weekday in {None, day.weekday()} else None


# Numbers alone


def _numeric(rest: str, language: str | None, words: Words, now: datetime) -> date | DateReading | None:
    for pattern in (_YMD, _DMY, _MD_EAST, _YM, _MY, _DM):
        found = pattern.search(rest)
        if not found:
            continue
        others = _tokens(f"{rest[: found.start()]} {rest[found.end() :]}", words)
        if others is None or others.parts:
            return None
        parts = found.groupdict()
        if pattern in (_YM, _MY):
            return DateReading(datetime(int(parts["y"]), int(parts["m"]), 1, tzinfo=UTC), "month")
        return _choose(list(_readings(parts, language, others, now)), others.weekday, language, now)
    return None


def _readings(parts: dict[str, str], language: str | None, others: _Tokens, now: datetime) -> Iterator[date]:
    """Every day that the numbers can mean, the one in the order of the language first."""
    if "d" in parts:
        days = [(parts.get("y"), int(parts["m"]), int(parts["d"]))]
    else:
        a, b, year = int(parts["a"]), int(parts["b"]), parts.get("y")
        days = [(year, b, a), (year, a, b)] if a != b else [(year, b, a)]
        if _is_month_first(language):
            days.reverse()
        if year is not None and len(year) == 2 and _is_year_first(language):
            days = [(parts["a"], b, int(year))]
    for year, month, day in days:
        try:
            yield _resolve(_Day(others.calendar, _year(year, now), month, day), language, others.weekday, now)
        except ValueError:
            continue


def _year(year: str | None, now: datetime) -> int | None:
    if year is None or len(year) != 2:
        return int(year) if year is not None else None
    century = now.year // 100 * 100
    return min((century + offset + int(year) for offset in (-100, 0, 100)), key=lambda full: abs(full - now.year))


def _choose(readings: list[date], weekday: int | None, language: str | None, now: datetime) -> date | None:
    """The one reading that fits; of two, the one that the evidence or else the language favours."""
    if weekday is not None:
        readings = [day for day in readings if day.weekday() == weekday]
    if len(readings) <= 1:
        return readings[0] if readings else None
    today = now.date()
    past = [day for day in readings if day <= today + SLACK]
    recent = [day for day in past if day >= today - RECENT]
    for fitting in (recent, past):
        if len(fitting) == 1:
            return fitting[0]
    # English is written in both orders, and unknown languages in any: a guess would be wrong without a sign.
    return None if language in {None, "en", "und"} else readings[0]


@cache
def _order(language: str | None) -> str:
    try:
        pattern = str(Locale.parse(language or "en").date_formats["short"].pattern)
    except (UnknownLocaleError, ValueError):
        return "dMy"
    return "".join(sorted("dMy", key=pattern.find))


def _is_month_first(language: str | None) -> bool:
    return language == "en"


def _is_year_first(language: str | None) -> bool:
    return language is not None and _order(language).startswith("y")


# Numbers and names


@dataclass(frozen=True, slots=True)
class _Tokens:
    """The numbers and months of a notation in order, and what else it says of the day."""

    parts: tuple[int | Month, ...]
    weekday: int | None
    calendar: Calendar


def _tokens(rest: str, words: Words) -> _Tokens | None:
    """None where the notation holds a word that is not known."""
    found = _TOKEN.findall(rest)
    parts: list[int | Month] = []
    weekday: int | None = None
    calendar = Calendar.GREGORIAN
    place = 0
    while place < len(found):
        token = found[place]
        month, length = _longest(found, place, words.months, words.longest)
        named, named_length = _longest(found, place, words.weekdays, words.longest)
        if token.isdigit():
            if len(token) > 4:
                return None
            parts.append(int(token))
        elif month is not None and length >= named_length:
            parts.append(month)
            place += length - 1
        elif named is not None:
            if weekday not in {None, named}:
                return None
            weekday = named
            place += named_length - 1
        elif token in date_words.HIJRI_SIGNS and place:
            calendar = Calendar.HIJRI
        elif token in date_words.PERSIAN_SIGNS:
            calendar = Calendar.PERSIAN
        elif token[0].isalpha() and token not in date_words.FILLERS and token not in date_words.GREGORIAN_SIGNS:
            return None
        place += 1
    return _Tokens(tuple(parts), weekday, calendar)


def _longest(found: list[str], place: int, table: Mapping[tuple[str, ...], T], longest: int) -> tuple[T | None, int]:
    """The meaning of the longest phrase that begins here, and its length in tokens, full stops among them."""
    phrase: list[str] = []
    best: tuple[T | None, int] = (None, 0)
    for end in range(place, min(len(found), place + 2 * longest)):
        if found[end] == "." or (phrase and found[end] == "-"):
            continue
        if not found[end][0].isalpha():
            break
        phrase.append(found[end])
        if (meaning := table.get(tuple(phrase))) is not None:
            best = (meaning, end - place + 1)
    return best


def _from_tokens(tokens: _Tokens, language: str | None, now: datetime) -> date | DateReading | None:
    parts = _without_double_months(tokens.parts)
    if not parts and tokens.weekday is not None:
        return _last_weekday(tokens.weekday, now)
    days = [_group(group, tokens.calendar) for group in _groups(parts)]
    if not days or None in days or len(days) > 2:
        return None
    resolved = [_resolve_partly(day, language, tokens.weekday, now) for day in days if day is not None]
    if len(resolved) == 1:
        return resolved[0]
    return _same_in_two_calendars(resolved, [day.calendar for day in days if day is not None])


def _same_in_two_calendars(
    resolved: list[date | DateReading | None], calendars: list[Calendar]
) -> date | DateReading | None:
    """The Gregorian one of two, when the other is that day too, give or take the sighting of the moon."""
    first, second = resolved
    if not isinstance(first, date) or not isinstance(second, date) or calendars[0] is calendars[1]:
        return None
    if abs((first - second).days) > 2:
        return None
    return first if calendars[0] is Calendar.GREGORIAN else second


def _without_double_months(parts: tuple[int | Month, ...]) -> list[int | Month]:
    """`كانون الثاني/يناير` is one month."""
    kept: list[int | Month] = []
    for part in parts:
        if not (isinstance(part, Month) and kept and kept[-1] == part):
            kept.append(part)
    return kept


def _groups(parts: list[int | Month]) -> list[list[int | Month]]:
    """One group for each date: a second one begins where its day does."""
    months = [place for place, part in enumerate(parts) if isinstance(part, Month)]
    if len(months) == 2 and months[0] <= 1:
        middle = months[1] if isinstance(parts[0], Month) else months[1] - 1
        return [parts[:middle], parts[middle:]]
    return [parts] if parts else []


def _group(group: list[int | Month], marked: Calendar) -> _Day | None:
    match group:
        case [int(day), Month() as month, int(year)] if day <= 31 and (year > 31 or year < 100):
            return _day(month, year, day, marked)
        case [int(year), Month() as month, int(day)] if year > 31 and day <= 31:
            return _day(month, year, day, marked)
        case [Month() as month, int(day), int(year)] if day <= 31 and year > 31:
            return _day(month, year, day, marked)
        case [int(year), int(day), Month() as month] if year > 999 and day <= 31:
            return _day(month, year, day, marked)
        case [Month() as month, int(number)] | [int(number), Month() as month]:
            return _day(month, None, number, marked) if number <= 31 else _day(month, number, None, marked)
        case [int(year)] if 1990 <= year <= 2100:
            return _Day(Calendar.GREGORIAN, year, 0, None)
    return None


def _day(month: Month, year: int | None, day: int | None, marked: Calendar) -> _Day | None:
    calendar = month.calendar
    if marked is not Calendar.GREGORIAN and calendar is Calendar.GREGORIAN and year is not None and year in OTHER_YEARS:
        return None
    return _Day(calendar, year, month.number, day)


def _resolve_partly(day: _Day, language: str | None, weekday: int | None, now: datetime) -> date | DateReading | None:
    if day.month == 0 and day.year is not None:
        return DateReading(datetime(day.year, 1, 1, tzinfo=UTC), "year")
    if day.day is None:
        if day.year is None or day.year < 100:
            return None
        first = _resolve(_Day(day.calendar, day.year, day.month, 1), language, None, now)
        first = first if day.calendar is not Calendar.GREGORIAN else first.replace(day=1)
        return DateReading(datetime(first.year, first.month, first.day, tzinfo=UTC), "month")
    year = day.year
    if year is not None and year < 100:
        year = _year(f"{year:02d}", now)
    resolved = _resolve(_Day(day.calendar, year, day.month, day.day), language, weekday, now)
    return resolved if weekday is None or resolved.weekday() == weekday else None


def _resolve(day: _Day, language: str | None, weekday: int | None, now: datetime) -> date:
    """The Gregorian day. Raises ValueError where there is no such day."""
    if day.day is None:
        raise ValueError("no day of the month")
    calendar, year = day.calendar, day.year
    if year is None:
        return _nearest(day, weekday, now)
    if year >= FIRST_BUDDHIST_YEAR:
        year -= BUDDHIST_OFFSET
    if calendar is Calendar.GREGORIAN and year in OTHER_YEARS:
        calendar = _calendar_of(year, language, now)
    resolved = to_gregorian(calendar, year, day.month, day.day)
    if calendar is Calendar.HIJRI and weekday is not None:
        # The moon is sighted a day earlier or later in some countries; the weekday tells.
        for shift in (0, 1, -1):
            if (resolved + timedelta(days=shift)).weekday() == weekday:
                return resolved + timedelta(days=shift)
    return resolved


def _calendar_of(year: int, language: str | None, now: datetime) -> Calendar:
    """The calendar of a year that is not Gregorian: that of the language, else the one that brings it nearer to now."""
    if language in _PERSIAN_LANGUAGES or language in _HIJRI_LANGUAGES:
        return Calendar.PERSIAN if language in _PERSIAN_LANGUAGES else Calendar.HIJRI
    from_persian = abs(year - _persian_year(now))
    return Calendar.PERSIAN if from_persian < abs(year - _hijri_year(now)) else Calendar.HIJRI


def _nearest(day: _Day, weekday: int | None, now: datetime) -> date:
    """The day in the year that brings it nearest to the fetch, on the weekday where one is given."""
    this = {Calendar.GREGORIAN: now.year, Calendar.HIJRI: _hijri_year(now), Calendar.PERSIAN: _persian_year(now)}
    near: list[date] = []
    for year in range(this[day.calendar] - 1, this[day.calendar] + 2):
        try:
            near.append(to_gregorian(day.calendar, year, day.month, day.day or 1))
        except ValueError:
            continue
    fitting = [candidate for candidate in near if weekday is None or candidate.weekday() == weekday]
    if not fitting:
        raise ValueError("no such day, or not on that weekday, in the years around the fetch")
    return min(fitting, key=lambda candidate: abs((candidate - now.date()).days))


def _persian_year(now: datetime) -> int:
    return now.year - 621


def _hijri_year(now: datetime) -> int:
    # 33 Hijri years are 32 Gregorian ones, near enough to pick the year before, this one and the next.
    return int((now.year - 622) * 33 / 32) + 1


def _last_weekday(weekday: int, now: datetime) -> date:
    return now.date() - timedelta(days=(now.weekday() - weekday) % 7)
