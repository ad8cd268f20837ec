"""The page's own words, in English and Arabic, and how it writes names, numbers and dates."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.dates import format_datetime

from shared.contracts import Published
from shared.contracts.articles import Precision

Code = Literal["en", "ar"]

# One family of digits, the European one, in both languages: most Arabic news sites write so.
_DATES: Mapping[Precision, str] = {
    "second": "d MMMM y{comma} HH:mm:ss",
    "minute": "d MMMM y{comma} HH:mm",
    "hour": "d MMMM y{comma} HH:00",
    "day": "d MMMM y",
    "month": "MMMM y",
    "year": "y",
}
_CLOCKS: Mapping[Precision, str] = {"second": "HH:mm", "minute": "HH:mm", "hour": "HH:00"}
_DAYS: Mapping[Precision, str] = {"month": "MMM y", "year": "y"}


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface language."""

    code: Code
    locale: Locale
    words: Mapping[str, str]
    topics: Mapping[str, str]
    new: Mapping[str, str]
    copies: Mapping[str, str]
    mentions: Mapping[str, str]

    @property
    def direction(self) -> str:
        """ltr or rtl."""
        return self.locale.text_direction

    @property
    def other(self) -> Code:
        """The language to change to."""
        return "en" if self.code == "ar" else "ar"

    def word(self, name: str) -> str:
        """What the page says there. Raises KeyError."""
        return self.words[name]

    def language(self, code: str) -> str:
        """The language's name; its code where it has none."""
        return str(self.locale.languages.get(code.replace("-", "_"), code))

    def country(self, code: str) -> str:
        """The country's name; its code where it has none."""
        return str(self.locale.territories.get(code, code))

    def topic(self, slug: str) -> str:
        """The topic's name."""
        return self.topics.get(slug, slug)

    def count(self, forms: Mapping[str, str], number: int) -> str:
        """The form of a plural, with its number."""
        return forms[self.locale.plural_form(number)].replace("{n}", str(number))

    def date(self, published: Published) -> str:
        """As exact as it is known, and no more."""
        return self._format(published.at, _DATES[published.precision])

    def clock(self, published: Published) -> str:
        """The time of day; empty where it is not known."""
        pattern = _CLOCKS.get(published.precision)
        return self._format(published.at, pattern) if pattern else ""

    def day(self, published: Published) -> str:
        """The day, or what is known of it."""
        return self._format(published.at, _DAYS.get(published.precision, "d MMM y"))

    def moment(self, at: str) -> str:
        """A moment to the minute."""
        return self._format(at, _DATES["minute"])

    def _format(self, at: str, pattern: str) -> str:
        return _formatted(self.code, at, pattern)


# Babel takes 100 µs for a date, and the wire shows the same ones to everyone.
@lru_cache(maxsize=4096)
def _formatted(code: Code, at: str, pattern: str) -> str:
    try:
        moment = datetime.fromisoformat(at).astimezone(UTC)
    except ValueError:
        return at
    comma = "،" if code == "ar" else ","
    return format_datetime(moment, pattern.replace("{comma}", comma), locale=INTERFACES[code].locale)


def _load() -> Mapping[str, Interface]:
    file = tomllib.loads(Path(__file__).with_name("interface.toml").read_text("utf-8"))
    return {"en": _interface("en", file["en"]), "ar": _interface("ar", file["ar"])}


def _interface(code: Literal["en", "ar"], part: Mapping[str, object]) -> Interface:
    tables = {name: value for name, value in part.items() if isinstance(value, dict)}
    return Interface(
        code=code,
        locale=Locale.parse(code),
        words={name: value for name, value in part.items() if isinstance(value, str)},
        topics=tables["topic"],
        new=tables["new"],
        copies=tables["copies"],
        mentions=tables["mentions"],
    )


INTERFACES = _load()


def choose(asked: str | None, accept_language: str) -> Interface:
    """The interface that is asked for, else the one that the browser prefers, else English."""
    for code in (asked or "", *_preferred(accept_language)):
        if code in INTERFACES:
            return INTERFACES[code]
    return INTERFACES["en"]


def _preferred(accept_language: str) -> Sequence[str]:
    weighed = []
    for place, part in enumerate(accept_language[:1000].split(",")):
        tag, _, quality = part.partition(";")
        weighed.append((-_quality(quality), place, tag.strip().partition("-")[0].lower()))
    return [code for weight, _, code in sorted(weighed) if weight < 0]


def _quality(text: str) -> float:
    name, _, value = text.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0
