"""Classified articles for tests, written here: sentences over a small vocabulary, and a few real-looking items."""

from __future__ import annotations

import random
from typing import Any

from services.deduplicator.entry import Entry, entry_of
from shared.contracts import ClassifiedArticle, Language, Pipeline, Published
from shared.identity import article_id, revision_hash
from shared.outcomes import Coordinates, Received
from shared.positions import Span

TOPIC = "articles.classified"
NOW = 1_790_000_000.0
_WORDS = [
    first + second
    for first in ("bar", "lo", "min", "tar", "sel", "dro", "ke")
    for second in ("on", "iva", "ed", "usta", "ing", "ora", "ette", "um", "als", "ir")
]


def prose(seed: int, words: int = 120) -> str:
    """Words that no other seed has in this order."""
    chosen = random.Random(seed)
    return " ".join(chosen.choice(_WORDS) + str(seed if chosen.random() < 0.02 else "") for _ in range(words))


def halfway(seed: int, *, steps: int = 3) -> list[str]:
    """Texts of 120 words that each share 102 with the next one, and too few to be copies with the one after it."""
    words = prose(seed, 120 + 18 * (steps - 1)).split()
    return [" ".join(words[18 * step : 120 + 18 * step]) for step in range(steps)]


def classified(name: str, text: str, **fields: Any) -> ClassifiedArticle:
    """A classified article; the name decides its id."""
    title = fields.pop("title", f"Title of {name}")
    source = fields.pop("source", "Example Wire")
    values: dict[str, Any] = {
        "id": article_id(source, canonical_url=f"https://wire.example/{name}", external_id=None, content=""),
        "source": source,
        "url": f"https://wire.example/{name}",
        "title": title,
        "text": text,
        "removed": [],
        "author": None,
        "tags": [],
        "language": Language(code="en", confidence=0.99, direction="ltr"),
        "published": Published(at="2026-09-21T08:30:00Z", precision="minute", method="producer"),
        "fetched_at": "2026-09-21T08:31:00Z",
        "attribution": [],
        "metadata": {},
        "extra": {},
        "pipeline": Pipeline(version="0.1.0", normalized_at="2026-09-21T08:31:00Z"),
        "revision_hash": revision_hash(title, text),
        "topics": [],
        "countries": [],
    }
    return ClassifiedArticle(**{**values, **fields})


def at(offset: int, partition: int = 0) -> Coordinates:
    """Where an input stands."""
    return Coordinates(TOPIC, partition, offset)


def received(article: ClassifiedArticle, offset: int, partition: int = 0) -> Received[ClassifiedArticle]:
    """The article as an input."""
    return Received(article, at(offset, partition), int(NOW * 1000))


def entry(name: str, text: str, offset: int = 0, partition: int = 0, **fields: Any) -> Entry:
    """What the article brings to the index."""
    return entry_of(classified(name, text, **fields), at(offset, partition))


def span(follows: int, reaches: int, partition: int = 0) -> Span:
    """The offsets of a batch."""
    return Span(TOPIC, partition, follows, reaches)
