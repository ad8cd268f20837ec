"""The media that news credits, from `data/media.toml`, and where a text names them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from services.normalizer.patterns import read_data
from shared.text.match_key import fold

NAMES_KEPT = 4096
"""Names whose key is kept: a stream of news names the same few hundred media again and again."""


@dataclass(frozen=True, slots=True)
class Medium:
    """A medium that is known: the data file says what each field means."""

    name: str
    is_agency: bool
    needs_cue: bool
    forms: tuple[str, ...]
    signs: tuple[str, ...]
    own: tuple[str, ...]

    def is_own(self, source_key: str) -> bool:
        """Whether the source is this medium itself."""
        return any(word in source_key for word in self.own)


_DATA = read_data("media.toml")


def _load() -> tuple[Medium, ...]:
    return tuple(
        Medium(
            name=entry["name"],
            is_agency=entry.get("agency", False),
            needs_cue=entry.get("cue", not entry.get("agency", False)),
            forms=tuple(entry["forms"]),
            signs=tuple(entry.get("signs", ())),
            own=tuple(fold(word) for word in entry.get("own", ())),
        )
        for entry in _DATA["medium"]
    )


MEDIA = _load()


def _by_form() -> dict[str, Medium]:
    forms: dict[str, Medium] = {}
    for medium in MEDIA:
        for form in (medium.name, *medium.forms, *medium.signs):
            forms.setdefault(form_key(form), medium)
    return forms


_ARTICLES = re.compile(r"^(?:the|le|la|il|der|die|das|el|ال) ?(?=\w{3})")
_CASE_ENDING = re.compile(r"(?<=[а-яіїє]{3})[аеуіоюя]м?$")
_NOT_NAME = re.compile(r"[^\w.&+!]+")


@lru_cache(maxsize=NAMES_KEPT)
def form_key(form: str) -> str:
    """The match key of a name with nothing but its words."""
    return _NOT_NAME.sub(" ", fold(form)).strip()


_BY_FORM = _by_form()


@lru_cache(maxsize=NAMES_KEPT)
def known_medium(name: str) -> Medium | None:
    """The medium that a name is a form of, with or without its article."""
    key = form_key(name)
    for tried in (key, _ARTICLES.sub("", key), _CASE_ENDING.sub("", key)):
        if (medium := _BY_FORM.get(tried)) is not None:
            return medium
    return None


_NEVER = frozenset(form_key(name) for name in _DATA["never"])


def is_never(name: str) -> bool:
    """Whether the name is of a platform or body that is no medium."""
    return form_key(name) in _NEVER


def canonical_name(name: str) -> str:
    """The name that Khabar gives the medium, or the name itself where it is not known."""
    medium = known_medium(name)
    return medium.name if medium else name


@dataclass(frozen=True, slots=True)
class Form:
    """A form that names a medium: as written, and whether it must be written exactly so."""

    written: str
    medium: Medium
    is_sign: bool


def named_forms() -> Iterator[Form]:
    """Every form of every medium."""
    for medium in MEDIA:
        for form in medium.forms:
            yield Form(form, medium, is_sign=False)
        for sign in medium.signs:
            yield Form(sign, medium, is_sign=True)
