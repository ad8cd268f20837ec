"""What articles can be found by, and what a reader asks for: pure, so that the index and the live stream agree."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from shared.contracts import EnrichedArticle
from shared.text.match_key import fold

Duplicates = Literal["show", "hide", "only"]

SEPARATOR = "\0"  # between the facets of a stream entry; folded text holds none
DUPLICATE = "duplicate"
REMOVED = "removed"  # of what tells that an article is removed, beside the facets that the article had
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def source_key(source: str) -> str:
    """The form in which sources are compared: folded, with single spaces."""
    return " ".join(fold(source).split())


def facets_of(article: EnrichedArticle) -> tuple[str, ...]:
    """`dimension:value` for each thing that the article can be found by."""
    return tuple(dict.fromkeys(_facets(article)))


def _facets(article: EnrichedArticle) -> Iterator[str]:
    yield f"language:{article.language.code.lower()}"
    yield f"source:{source_key(article.source)}"
    for topic in article.topics:
        yield f"topic:{topic.slug}"
    for country in article.countries:
        yield f"country:{country.code}"
    if article.duplicate is not None:
        yield f"group:{article.duplicate.group}"
        for group in article.duplicate.joined:
            yield f"joined:{group}"
        yield DUPLICATE


def published_ms(article: EnrichedArticle) -> int | None:
    """`published.at` in epoch milliseconds, however exactly it is known; None where it is no time that can be read."""
    try:
        at = datetime.fromisoformat(article.published.at)
    except ValueError:
        return None
    return (at.astimezone(UTC) - _EPOCH if at.tzinfo else at.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND


@dataclass(frozen=True, slots=True)
class Filter:
    """What a reader asks for; all that is given must hold.

    `group` takes in the article that the group is named by. Published times are epoch milliseconds, both included,
    and compared with `published.at`, the first moment of what is known to the day alone.
    """

    language: str | None = None
    topic: str | None = None
    country: str | None = None
    source: str | None = None
    group: str | None = None
    duplicates: Duplicates = "show"
    published_from_ms: int | None = None
    published_to_ms: int | None = None

    def required(self) -> tuple[str, ...]:
        """The facets that an article must have."""
        asked = (
            self.language and f"language:{self.language.lower()}",
            self.topic and f"topic:{self.topic.lower()}",
            self.country and f"country:{self.country.upper()}",
            self.source and f"source:{source_key(self.source)}",
            self.group and f"group:{self.group.lower()}",
            DUPLICATE if self.duplicates == "only" else None,
        )
        return tuple(facet for facet in asked if facet)

    def excluded(self) -> str | None:
        """The facet that an article must not have."""
        return DUPLICATE if self.duplicates == "hide" else None

    def matches(self, article: str, facets: Collection[str], published: int | None) -> bool:
        """Whether the article of that id and those facets, published then (ms), is asked for."""
        if self.excluded() in facets or not self._takes_in(published):
            return False
        return all(facet in facets or self._is_of_group(article, facets, facet) for facet in self.required())

    def _is_of_group(self, article: str, facets: Collection[str], facet: str) -> bool:
        return facet == f"group:{self.group}" and (article == self.group or f"joined:{self.group}" in facets)

    def _takes_in(self, published: int | None) -> bool:
        if self.published_from_ms is None and self.published_to_ms is None:
            return True
        if published is None or (self.published_from_ms is not None and published < self.published_from_ms):
            return False
        return self.published_to_ms is None or published <= self.published_to_ms
