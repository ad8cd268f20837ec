"""The words of dates in each language, from CLDR by Babel, and those that CLDR lacks from `data/date_words.toml`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from babel import Locale
from babel.localedata import locale_identifiers

from services.normalizer.dates.calendars import Calendar
from services.normalizer.patterns import read_data
from shared.text.match_key import fold

_EXTRA = read_data("date_words.toml")
LANGUAGES: tuple[str, ...] = tuple(_EXTRA["languages"])
"""Languages whose words are known even where the language of an article is not."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month by its number, 1 to 12, in its calendar."""

    number: int
    calendar: Calendar


Phrase = tuple[str, ...]


@dataclass(slots=True)
class Words:
    """What phrases (tuples of words), and names of zones that mean several, mean in one language."""

    months: dict[Phrase, Month] = field(default_factory=dict)
    weekdays: dict[Phrase, int] = field(default_factory=dict)
    afternoon: dict[Phrase, bool] = field(default_factory=dict)
    zones: dict[str, int] = field(default_factory=dict)
    longest: int = 1

    def add_up(self) -> None:
        """Notes the longest phrase, in words."""
        self.longest = max((len(p) for t in (self.months, self.weekdays, self.afternoon) for p in t), default=1)


_MARKED_SCRIPT = re.compile(r"[\u0590-\u05ff\u0600-\u06ff\u0750-\u077f]")
_HEBREW_IN = re.compile(r"(?<!\w)ב-?(?=[א-ת]{3})")
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2}) tháng (\d{1,2})(?:,| năm)* (\d{4})(?!\d)")


def date_key(text: str) -> str:
    """The text folded for reading dates: digits ASCII, lower case; marks stay where they tell words apart."""
    if _MARKED_SCRIPT.search(text):
        return _HEBREW_IN.sub("ב ", fold(text))
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = _VIETNAMESE.sub(r"\1/\2/\3", plain)
    digits = (str(unicodedata.decimal(char)) if char.isdecimal() else char for char in plain)
    return "".join(char for char in digits if unicodedata.category(char) != "Cf")


def without_marks(key: str) -> str:
    """The key with its combining marks dropped: `fevrier` for `février`."""
    return "".join(char for char in unicodedata.normalize("NFKD", key) if not unicodedata.combining(char))


_WORDS = re.compile(r"[^\s.,،'’\-/()\d]+")


def phrase(text: str) -> Phrase:
    """The words of a name, without full stops."""
    return tuple(_WORDS.findall(date_key(text)))


@cache
def words_of(language: str) -> Words:
    """The words of a language, with those of every country that speaks it; empty where CLDR does not know it."""
    words = Words()
    _add_extra(words, language)
    for identifier in _identifiers(language):
        _add_locale(words, Locale.parse(identifier))
    words.add_up()
    return words


@cache
def words_of_all() -> Words:
    """Words that mean the same in every language that has them."""
    union = Words()
    unclear: set[Phrase] = set()
    for language in LANGUAGES:
        for known, added in zip(_tables(union), _tables(words_of(language)), strict=True):
            for key, meaning in added.items():
                if known.setdefault(key, meaning) != meaning:
                    unclear.add(key)
    unclear.update(key for key in union.afternoon if key[0] in FILLERS and len(key) == 1)
    for table in _tables(union):
        for key in unclear:
            table.pop(key, None)
    union.add_up()
    return union


def _tables(words: Words) -> tuple[dict[Phrase, object], ...]:
    return (words.months, words.weekdays, words.afternoon)  # type: ignore[return-value]


@cache
def _all_identifiers() -> tuple[str, ...]:
    return tuple(sorted(locale_identifiers()))


def _identifiers(language: str) -> Iterator[str]:
    for identifier in _all_identifiers():
        if identifier == language or identifier.startswith(f"{language}_"):
            yield identifier


def _add_locale(words: Words, locale: Locale) -> None:
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in locale.months[context][width].items():
                _add_month(words, name, Month(int(number), Calendar.GREGORIAN))
            for number, name in locale.days[context][width].items():
                for key in _spellings(name):
                    words.weekdays.setdefault(key, int(number))
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            periods = locale.day_periods.get(context, {}).get(width, {})
            for name, is_afternoon in (("am", False), ("pm", True)):
                if name in periods:
                    for key in _spellings(periods[name]):
                        words.afternoon.setdefault(key, is_afternoon)


def _add_month(words: Words, name: str, month: Month) -> None:
    if any(char.isdigit() for char in date_key(name)):
        return
    for key in _spellings(name):
        words.months.setdefault(key, month)


def _spellings(name: str) -> Iterable[Phrase]:
    """The name as it is, and without its marks; a name of one letter or none is no name."""
    key = phrase(name)
    if not key or (len(key) == 1 and len(key[0]) < 2 and key[0].isascii()):
        return ()
    bare = phrase(without_marks(date_key(name)))
    return (key, bare) if bare and not _needs_marks(name) else (key,)


def _needs_marks(name: str) -> bool:
    """In Thai and Indic scripts marks are vowels: without them, months are one another."""
    return any("\u0900" <= char <= "\u0eff" or "\u1000" <= char <= "\u109f" for char in name)


_CALENDARS = {"months": Calendar.GREGORIAN, "hijri": Calendar.HIJRI, "persian": Calendar.PERSIAN}


def _add_extra(words: Words, language: str) -> None:
    """Names that newspapers write and CLDR does not have. They come first: an operator's word counts."""
    for table, calendar in _CALENDARS.items():
        for number, names in enumerate(_EXTRA[table].get(language, ()), start=1):
            for name in names:
                for key in _spellings(name):
                    words.months[key] = Month(number, calendar)
    for number, names in enumerate(_EXTRA["weekdays"].get(language, ())):
        for name in names:
            for key in _spellings(name):
                words.weekdays[key] = number
    words.zones = {date_key(name): minutes for name, minutes in _EXTRA["zones_of"].get(language, {}).items()}
    for name in _EXTRA["am"].get(language, ()):
        words.afternoon[phrase(name)] = False
    for name in _EXTRA["pm"].get(language, ()):
        words.afternoon[phrase(name)] = True


FILLERS: frozenset[str] = frozenset(word for word in map(date_key, _EXTRA["fillers"]))
HIJRI_SIGNS: frozenset[str] = frozenset(map(date_key, _EXTRA["hijri_signs"]))
GREGORIAN_SIGNS: frozenset[str] = frozenset(map(date_key, _EXTRA["gregorian_signs"]))
PERSIAN_SIGNS: frozenset[str] = frozenset(map(date_key, _EXTRA["persian_signs"]))
ZONES: dict[str, int] = {date_key(name): minutes for name, minutes in _EXTRA["zones"].items()}
"""Minutes east of Greenwich of the zone names that mean one zone."""
