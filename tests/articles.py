"""Enriched articles for tests, written here; what a test does not name has a plain value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.contracts import Country, Duplicate, EnrichedArticle, Language, Pipeline, Published, Revision, Topic
from shared.contracts.articles import Direction, TopicSlug
from shared.identity import article_id, revision_hash
from shared.outcomes import Coordinates, Received

TOPIC_NAMES: dict[TopicSlug, tuple[str, str]] = {
    "pol": ("medtop:11000000", "politics and government"),
    "spo": ("medtop:15000000", "sport"),
    "cwp": ("medtop:16000000", "conflict, war and peace"),
    "wea": ("medtop:17000000", "weather"),
}
SENT_MS = 1_790_000_000_000


def topic(slug: TopicSlug, score: float = 0.9) -> Topic:
    """A topic of the four that tests use."""
    code, name = TOPIC_NAMES[slug]
    return Topic(code=code, slug=slug, name=name, score=score)


def copy_of(other: EnrichedArticle, *, relation: str = "copy") -> Duplicate:
    """That an article repeats the other."""
    duplicate: Any = relation
    group = other.duplicate.group if other.duplicate else other.id
    return Duplicate(
        relation=duplicate, of=other.id, group=group, containment=0.97, contained=0.92, method="containment"
    )


def enriched(
    name: str = "one",
    *,
    source: str = "Example Wire",
    title: str = "Rain expected in the north",
    text: str = "Rain is expected in the north on Friday.\nRoads may close.",
    language: str = "en",
    direction: Direction = "ltr",
    number: int = 1,
    topics: Sequence[TopicSlug] = ("wea",),
    countries: Sequence[str] = ("LB",),
    duplicate: Duplicate | None = None,
    enriched_at: str | None = None,
    **fields: Any,
) -> EnrichedArticle:
    """An enriched article; the name decides its url, and so its id."""
    url = f"https://wire.example/{name}"
    digest = revision_hash(title, text)
    values: dict[str, Any] = {
        "id": article_id(source, canonical_url=url, external_id=None, content=""),
        "source": source,
        "url": url,
        "title": title,
        "text": text,
        "removed": [],
        "author": None,
        "tags": [],
        "language": Language(code=language, confidence=0.99, direction=direction),
        "published": Published(at="2026-01-28T08:30:00Z", precision="minute", method="producer"),
        "fetched_at": "2026-01-28T08:31:00Z",
        "attribution": [],
        "metadata": {},
        "extra": {},
        "pipeline": Pipeline(version="0.1.0", normalized_at="2026-01-28T08:31:00Z", enriched_at=enriched_at),
        "revision": Revision(number=number, hash=digest, previous="0" * 16 if number > 1 else None),
        "topics": [topic(slug) for slug in topics],
        "countries": [Country(code=code, score=0.8, mentions=2) for code in countries],
        "duplicate": duplicate,
    }
    return EnrichedArticle(**{**values, **fields})


def received(
    articles: Sequence[EnrichedArticle], *, first_offset: int = 0, partition: int = 0, sent_ms: int = SENT_MS
) -> list[Received[EnrichedArticle]]:
    """The articles as a batch of one partition, without holes."""
    return [
        Received(article, Coordinates("articles.enriched", partition, first_offset + index), sent_ms)
        for index, article in enumerate(articles)
    ]
