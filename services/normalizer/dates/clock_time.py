"""The time of day and the zone in a date notation, taken out of it so that only the day is left to read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.normalizer.dates.words import ZONES, Words
from shared.contracts.articles import Precision

_TIME = re.compile(
    r"(?<![\d.:])(?P<hour>\d{1,2}) ?(?::|h(?=\d)|٫|시 ?(?=\d)|時 ?(?=\d)|点 ?(?=\d)|时 ?(?=\d))"
    r" ?(?P<minute>\d{2})(?!\d)(?: ?(?:분|分))?"
    r"(?: ?: ?(?P<second>\d{2})(?:[.,]\d{1,9})?(?!\d))?"
)
_DOTTED_TIME = re.compile(
    r"(?:(?<=\s)|(?<=,)|^)(?P<hour>\d{1,2})\.(?P<minute>\d{2})(?:\.(?P<second>\d{2}))?(?=\s*(?:$|uhr|h\b|[a-z]{2,4}$|[ap]\.?m))"
)
_HOUR = re.compile(r"(?<![\d.:/\-])(?P<hour>\d{1,2}) ?(?:h(?!\w)|uhr|시|時|点|时)(?![\d])")
_HOUR_BEFORE = re.compile(r"(?<![\d.:/\-])(?P<hour>\d{1,2}) ?$")
_OFFSET = re.compile(
    r"[\s(,]*(?:(?:utc|gmt|غرينتش|جرينتش|z)\s*)?(?P<sign>[+\-−])\s?(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?(?!\d)\)?"
)
_ZONE = re.compile(r"[\s(,]*(?:(?:بتوقيت|توقيت|ب توقيت)\s+)?(?P<name>[^\W\d_]+(?: المكرمه)?)\)?")
_UNKNOWN_ZONE = re.compile(r"(?:بتوقيت|توقيت)(?:\s+[^\W\d_]+){1,2}")
_WORDS = re.compile(r"[^\s\d,;:()\-/|]+")
_LEAST_OFFSET, _MOST_OFFSET = -12 * 60, 14 * 60


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A time, `offset` minutes east of Greenwich, None where no zone is given."""

    hour: int
    minute: int
    second: int
    precision: Precision
    offset: int | None


@dataclass(frozen=True, slots=True)
class Split:
    """The time of a notation, None where it has none, and the notation without it."""

    time: TimeOfDay | None
    rest: str


class UnreadableTimeError(ValueError):
    """A time stands in the notation, but there is no such time."""


def split_time(key: str, words: Words) -> Split:
    """Takes time and zone out of a folded notation. Raises UnreadableTimeError."""
    found = _TIME.search(key) or _DOTTED_TIME.search(key)
    if found is None:
        return _split_hour(key, words)
    hour, minute = int(found["hour"]), int(found["minute"])
    second = int(found["second"] or 0)
    before, after = key[: found.start()], key[found.end() :]
    before, after, is_afternoon = _take_half(before, after, words)
    after, offset = _take_zone(after, words)
    if is_afternoon is None and offset is None:
        before, after, is_afternoon = _take_half(before, after, words)
    time = _time(hour, minute, second, "second" if found["second"] else "minute", is_afternoon, offset)
    unknown = _UNKNOWN_ZONE.search(after)
    if unknown:
        return Split(None, f"{before} {after[: unknown.start()]} {after[unknown.end() :]}")
    return Split(time, f"{before} {after}")


def _split_hour(key: str, words: Words) -> Split:
    """An hour without minutes: `20 Uhr`, `10 am`."""
    if found := _HOUR.search(key):
        after, offset = _take_zone(key[found.end() :], words)
        return Split(_time(int(found["hour"]), 0, 0, "hour", None, offset), f"{key[: found.start()]} {after}")
    for word in _WORDS.finditer(key):
        half = words.afternoon.get((word[0].replace(".", ""),), words.afternoon.get((word[0],)))
        if half is None:
            continue
        number = _HOUR_BEFORE.search(key[: word.start()])
        if number and len(word[0]) > 1:
            after, offset = _take_zone(key[word.end() :], words)
            rest = f"{key[: number.start()]} {after}"
            return Split(_time(int(number["hour"]), 0, 0, "hour", half, offset), rest)
    return Split(None, key)


def _take_half(before: str, after: str, words: Words) -> tuple[str, str, bool | None]:
    """The half of the day, from the words right after the time, or right before it."""
    following = list(_WORDS.finditer(after))
    for count in range(min(3, len(following)), 0, -1):
        phrase = tuple(part for word in following[:count] for part in word[0].split(".") if part)
        if after[: following[0].start()].strip(" ,()") == "" and phrase in words.afternoon:
            return before, after[following[count - 1].end() :], words.afternoon[phrase]
    preceding = list(_WORDS.finditer(before))
    for count in range(min(2, len(preceding)), 0, -1):
        phrase = tuple(word[0] for word in preceding[-count:])
        if phrase in words.afternoon and before[preceding[-1].end() :].strip() == "":
            return before[: preceding[-count].start()], after, words.afternoon[phrase]
    return before, after, None


def _take_zone(after: str, words: Words) -> tuple[str, int | None]:
    if found := _OFFSET.match(after):
        offset = int(found["hours"]) * 60 + int(found["minutes"] or 0)
        return after[found.end() :], checked_offset(offset if found["sign"] == "+" else -offset)
    found = _ZONE.match(after)
    if found:
        name = found["name"].removesuffix(" المكرمه")
        minutes = words.zones.get(name, ZONES.get(name))
        if minutes is not None:
            return after[found.end() :], minutes
    return after, None


def checked_offset(offset: int) -> int:
    """The offset in minutes. Raises UnreadableTimeError where no zone has it."""
    if not _LEAST_OFFSET <= offset <= _MOST_OFFSET:
        raise UnreadableTimeError(f"no zone is {offset} minutes from Greenwich")
    return offset


def _time(
    hour: int, minute: int, second: int, precision: Precision, is_afternoon: bool | None, offset: int | None
) -> TimeOfDay:
    if is_afternoon is not None and 1 <= hour <= 12:
        hour = hour % 12 + (12 if is_afternoon else 0)
    if not (hour <= 23 and minute <= 59 and second <= 60):
        raise UnreadableTimeError(f"no such time: {hour}:{minute}:{second}")
    return TimeOfDay(hour, minute, min(second, 59), precision, offset)
