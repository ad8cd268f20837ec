"""What a feed tells of itself and of an article, before any notation: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from services.api.page.views import beginning, direction_of, machine_date, paragraphs, web_address
from shared.contracts import Country, Duplicate, EnrichedArticle, Published, Topic
from shared.contracts.articles import Direction, Precision

UNKNOWN_LANGUAGE = "und"
TITLE_CHARACTERS = 120  # of a title that is made from the text, where an article has none
# Feeds know whole moments only: a day written as one would be taken for midnight.
_MOMENTS: frozenset[Precision] = frozenset({"second", "minute"})
_OLDEST = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Entry:
    """One article. `moment`: when it was published, where that is known to the minute; `address`: its page here."""

    urn: str
    revision: int
    address: str
    original: str | None
    title: str
    paragraphs: Sequence[str]
    language: str | None
    direction: Direction | Literal["auto"]
    source: str
    author: str | None
    published: Published
    known: str
    moment: str | None
    updated: str
    tags: Sequence[str]
    topics: Sequence[Topic]
    countries: Sequence[Country]
    duplicate: Duplicate | None

    @property
    def text(self) -> str:
        """The text with its paragraphs."""
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of entries; `urn` is the same on every page and at every time."""

    urn: str
    title: str
    language: str | None
    home: str
    address: str
    following: str | None
    entries: Sequence[Entry]

    @property
    def updated(self) -> str:
        """When the newest of its entries was made."""
        return max((entry.updated for entry in self.entries), default=_OLDEST)


def article_urn(article: str) -> str:
    """The name of an article anywhere: the same for all its revisions."""
    return f"urn:khabar:article:{article}"


def known_language(code: str) -> str | None:
    """The language; None where it is not known."""
    return None if code == UNKNOWN_LANGUAGE else code


def moment_of(published: Published) -> str | None:
    """When, in RFC 3339, where it is known to the minute."""
    return published.at if published.precision in _MOMENTS else None


def made_at(article: EnrichedArticle) -> str:
    """When this revision was finished."""
    return article.pipeline.enriched_at or article.pipeline.normalized_at


def rfc822(moment: str) -> datetime | None:
    """The moment for mail's notation of dates, which RSS has; None where it is none."""
    try:
        return datetime.fromisoformat(moment).astimezone(UTC)
    except ValueError:
        return None


def entry_of(article: EnrichedArticle, site: str) -> Entry:
    """The article as every feed tells it."""
    return Entry(
        urn=article_urn(article.id),
        revision=article.revision.number,
        address=f"{site}/articles/{article.id}",
        original=web_address(article.url),
        title=article.title or beginning(article.text, TITLE_CHARACTERS),
        paragraphs=paragraphs(article.text),
        language=known_language(article.language.code),
        direction=direction_of(article),
        source=article.source,
        author=article.author,
        published=article.published,
        known=machine_date(article.published),
        moment=moment_of(article.published),
        updated=made_at(article),
        tags=tuple(dict.fromkeys([*article.tags, *(topic.name for topic in article.topics)])),
        topics=article.topics,
        countries=article.countries,
        duplicate=article.duplicate,
    )
