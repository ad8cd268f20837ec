"""Makes the gazetteer from CLDR (through Babel) and `names.txt`; run it after changing either.

Run `python -m services.classifier.countries.build`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from babel import Locale
from babel.core import get_global

from services.classifier.countries.forms import demonym_forms, name_forms
from services.classifier.countries.gazetteer import GAZETTEER_FILE, Entries, Gazetteer, Kind, save_gazetteer
from services.classifier.tokens import ZONE_BITS, Story, tokenise
from shared.text.match_key import fold, tokens

NAMES_FILE = Path(__file__).with_name("names.txt")
EXCEPTIONS_FILE = Path(__file__).with_name("exceptions.txt")

LOCALES = (
    "ar",
    "ar_EG",
    "ar_LY",
    "ar_SA",
    "de",
    "en",
    "es",
    "es_MX",
    "fa",
    "fr",
    "it",
    "pt",
    "pt_PT",
    "ru",
    "tr",
    "uk",
)
"""CLDR locales whose names are read: the languages that the labelled articles are in."""

_BATCH = 256
_MOST_WORDS = 3
_FEWEST_LETTERS = 3
_NO_COUNTRIES = frozenset(
    {
        "ZZ",
        "EU",
        "EZ",
        "UN",
        "QO",
        "XA",
        "XB",
        "AQ",
        "BV",
        "HM",
        "TF",
        "UM",
        "IO",
        "AC",
        "CP",
        "CQ",
        "DG",
        "EA",
        "IC",
        "TA",
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """A phrase (folded words, single blanks), the country it speaks of, and how."""

    phrase: str
    country: str
    kind: Kind


def build() -> Gazetteer:
    """The gazetteer of every known name in every form."""
    names = _settle(set(_all_names()))
    codes = tuple(sorted({name.country for name in names}))
    hashes = _hashes([name.phrase for name in names])
    number = {code: index for index, code in enumerate(codes)}
    countries = np.array([number[name.country] for name in names], np.uint8)
    order = np.lexsort((countries, hashes))
    return Gazetteer(
        codes,
        Entries(
            hashes[order],
            countries[order],
            np.array([name.kind for name in names], np.uint8)[order],
        ),
    )


def _all_names() -> Iterator[Name]:
    for name in (*_cldr_names(), *_listed_names()):
        if (len(name.phrase.split()) <= _MOST_WORDS and len(name.phrase) >= _FEWEST_LETTERS) or name.phrase in _SHORT:
            yield name


_SHORT = frozenset({"us", "uk", "рф"})


def _settle(names: set[Name]) -> list[Name]:
    """Keeps for each phrase and country the most direct kind, and an exception before all."""
    exceptions = {name.phrase: name.kind for name in _exceptions()}
    settled: dict[tuple[str, str], Kind] = {}
    for name in sorted(names):
        key = (name.phrase, name.country)
        kind = exceptions.get(name.phrase, name.kind)
        settled[key] = min(kind, settled.get(key, kind))
    nothing = {phrase for phrase, kind in exceptions.items() if kind is Kind.NOTHING}
    settled = {key: kind for key, kind in settled.items() if key[0] not in nothing}
    settled |= {(phrase, _NOWHERE): Kind.NOTHING for phrase in nothing}
    return [Name(phrase, country, kind) for (phrase, country), kind in sorted(settled.items())]


_NOWHERE = "--"


def _cldr_names() -> Iterator[Name]:
    zones = get_global("zone_territories")
    for code in LOCALES:
        locale = Locale.parse(code)
        for territory, name in locale.territories.items():
            if len(territory) == len("SA") and territory.isalpha() and territory not in _NO_COUNTRIES:
                yield from _names(name, territory, Kind.NAME)
        for zone, known in locale.time_zones.items():
            city, territory = known.get("city"), zones.get(zone)
            if city and territory and territory not in _NO_COUNTRIES and territory.isalpha():
                yield from _names(city, territory, Kind.PLACE)


def _listed_names() -> Iterator[Name]:
    for line in NAMES_FILE.read_text("utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        code, arabic, stems, places = (part.strip() for part in line.split("|"))
        for stem in (*arabic.split(","), *stems.split()):
            if stem.strip():
                for form in demonym_forms(_phrase(stem.replace("_", " "))):
                    yield Name(form, code, Kind.DEMONYM)
        for place in places.split(","):
            yield from _names(place, code, Kind.PLACE)


def _exceptions() -> Iterator[Name]:
    for line in EXCEPTIONS_FILE.read_text("utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        kind, phrases = line.split(":")
        for phrase in phrases.split(","):
            for form in name_forms(_phrase(phrase)):
                yield Name(form, _NOWHERE, Kind[kind.strip().upper()])


def _names(name: str, country: str, kind: Kind) -> Iterator[Name]:
    phrase = _phrase(name)
    if phrase:
        for form in name_forms(phrase):
            yield Name(form, country, kind)


def _phrase(name: str) -> str:
    return " ".join(tokens(fold(name)))


def _hashes(phrases: list[str]) -> npt.NDArray[np.uint64]:
    found = np.zeros(len(phrases), np.uint64)
    for start in range(0, len(phrases), _BATCH):
        tokens_ = tokenise([Story(phrase, "") for phrase in phrases[start : start + _BATCH]])
        first = np.unique(tokens_.words.places >> ZONE_BITS, return_index=True)[1]
        for length, words in ((1, tokens_.words), (2, tokens_.pairs), (3, tokens_.triples)):
            for index, place in enumerate(first.tolist(), start):
                if len(phrases[index].split()) == length:
                    found[index] = words.hashes[place]
    return found


if __name__ == "__main__":
    made = build()
    save_gazetteer(made, GAZETTEER_FILE)
    print(f"{len(made.entries.hashes)} phrases of {len(made.codes)} countries")
