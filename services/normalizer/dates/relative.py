"""Dates told from now: `2 hours ago`, `قبل ساعتين`, `yesterday at 10:30`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from babel import Locale, UnknownLocaleError

from services.normalizer.dates.words import LANGUAGES, date_key
from services.normalizer.patterns import read_data
from shared.contracts.articles import Precision

_NUMBER = re.compile(r"\d+")
_SPACES = re.compile(r"\s+")
_COUNTS = {"zero": 0, "one": 1, "two": 2}
_SECONDS: dict[str, int] = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
# A number of weeks or months tells the day no better than to the month.
_PRECISION: dict[str, Precision] = {
    "second": "second",
    "minute": "minute",
    "hour": "hour",
    "day": "day",
    "week": "month",
    "month": "month",
    "year": "year",
}
_MOST_DAYS = 366 * 40


@dataclass(frozen=True, slots=True)
class Ago:
    """So many units of time before now; `months` for the units that have no fixed length."""

    seconds: int
    months: int
    precision: Precision


@dataclass(frozen=True, slots=True)
class _Unit:
    name: str
    count: int | None


def _clean(text: str) -> str:
    return _SPACES.sub(" ", date_key(text)).strip(" .،,")


@cache
def _patterns(language: str) -> dict[str, _Unit]:
    """What `{0}` of which unit each way of saying it means, from CLDR."""
    patterns: dict[str, _Unit] = {}
    for extra in _EXTRA.get("ago", {}).get(language, ()):
        text, unit, count = extra
        patterns[_clean(text)] = _Unit(unit, count or None)
    try:
        fields = Locale.parse(language)._data["date_fields"]
    except (UnknownLocaleError, ValueError):
        return patterns
    for unit in _PRECISION:
        for width in ("", "-short", "-narrow"):
            for category, text in fields.get(f"{unit}{width}", {}).get("past", {}).items():
                for written in (text, text.replace("قبل", "منذ")):
                    key = _clean(written.replace("{0}", "0"))
                    count = None if "{0}" in written else _COUNTS.get(category)
                    if count is not None or "{0}" in written:
                        patterns.setdefault(key, _Unit(unit, count))
    return patterns


_EXTRA = read_data("relative_words.toml")


@cache
def _day_words(language: str) -> dict[str, int]:
    words: dict[str, int] = {}
    for days, table in ((0, "today"), (1, "yesterday"), (2, "before_yesterday")):
        for word in _EXTRA[table].get(language, ()):
            words[_clean(word)] = days
    return words


@cache
def _all_day_words() -> dict[str, int]:
    return {word: days for language in LANGUAGES for word, days in _day_words(language).items()}


def read_ago(key: str, language: str | None) -> Ago | None:
    """How long before now a folded notation says, None where it does not say so."""
    number = _NUMBER.search(key)
    count = int(number[0][:9]) if number else None
    text = _clean(_NUMBER.sub("0", key, count=1))
    for tried in dict.fromkeys(filter(None, (language, "en", "ar", *_EXTRA["common"]))):
        unit = _patterns(tried).get(text)
        if unit is not None:
            return _ago(unit.name, unit.count if unit.count is not None else count or 0)
    return None


def _ago(unit: str, count: int) -> Ago | None:
    months = count * {"month": 1, "year": 12}.get(unit, 0)
    seconds = count * _SECONDS.get(unit, 0)
    if seconds > _MOST_DAYS * 86400 or months > _MOST_DAYS // 31:
        return None
    return Ago(seconds, months, _PRECISION[unit])


def read_day_word(key: str, language: str | None, today: date) -> tuple[date, str] | None:
    """The day that `today`, `yesterday` and the like name, and what else the notation holds."""
    for words in (_day_words(language) if language else {}, _all_day_words()):
        for word in sorted(words, key=len, reverse=True):
            if found := re.search(rf"(?<!\w){re.escape(word)}(?!\w)", key):
                return today - timedelta(days=words[word]), f"{key[: found.start()]} {key[found.end() :]}"
    return None
