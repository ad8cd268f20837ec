"""What the address of the wire asks for; addresses with one thing more, or one less."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args
from urllib.parse import urlencode

from services.cache.cursor import BadCursorError, Cursor, decode_cursor
from services.cache.facets import Duplicates, Filter
from shared.contracts import TopicSlug

_FORMS: Mapping[str, re.Pattern[str]] = {
    "language": re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}"),
    "topic": re.compile("|".join(get_args(TopicSlug))),
    "country": re.compile("[A-Za-z]{2}"),
    "source": re.compile(r".{1,500}", re.DOTALL),
    "group": re.compile("[0-9a-f]{32}"),
    "duplicates": re.compile("show|hide|only"),
}


class BadQueryError(ValueError):
    """The address asks for something that there is not."""


@dataclass(frozen=True, slots=True)
class WireQuery:
    """Filters by name, where to go on, and the interface language where the address names one."""

    filters: tuple[tuple[str, str], ...] = ()
    before: Cursor | None = None
    ui: str | None = None

    def get(self, name: str) -> str | None:
        """The filter of that name."""
        return dict(self.filters).get(name)

    def having(self, name: str, value: str | None) -> WireQuery:
        """With this filter instead of another of its name, from the newest on; None takes it away."""
        kept = [(other, given) for other, given in self.filters if other != name]
        return WireQuery(tuple(kept if value is None else [*kept, (name, value)]), None, self.ui)

    @property
    def address(self) -> str:
        """Its address on this site."""
        return _address(self.filters, self.before, self.ui)

    @property
    def together(self) -> bool:
        """Whether copies stand under what they repeat: not where the address says otherwise, or asks for a group."""
        return self.get("duplicates") is None and self.get("group") is None

    @property
    def wanted(self) -> Filter:
        """What the cache is asked for."""
        duplicates: Mapping[str | None, Duplicates] = {"hide": "hide", "only": "only"}
        return Filter(
            language=self.get("language"),
            topic=self.get("topic"),
            country=self.get("country"),
            source=self.get("source"),
            group=self.get("group"),
            duplicates=duplicates.get(self.get("duplicates"), "show"),
        )


@lru_cache(maxsize=4096)
def _address(filters: tuple[tuple[str, str], ...], before: Cursor | None, ui: str | None) -> str:
    query = [*filters]
    if before:
        query.append(("before", before.encode()))
    if ui:
        query.append(("ui", ui))
    return f"/?{urlencode(query)}" if query else "/"


def wire_query(given: Iterable[tuple[str, str]]) -> WireQuery:
    """What the parameters ask for; those that are empty or unknown do not count. Raises BadQueryError."""
    values = {name: value for name, value in given if value}
    filters = tuple((name, values[name]) for name in _FORMS if name in values)
    for name, value in filters:
        if not _FORMS[name].fullmatch(value):
            raise BadQueryError(name)
    try:
        before = decode_cursor(values["before"]) if "before" in values else None
    except BadCursorError as exc:
        raise BadQueryError("before") from exc
    return WireQuery(filters, before, interface_asked(values.get("ui")))


def interface_asked(ui: str | None) -> str | None:
    """The interface language, where it is one of ours."""
    return ui if ui in {"en", "ar"} else None
