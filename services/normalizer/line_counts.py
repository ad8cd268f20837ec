"""How often each source prints each line: a table of fixed size for each source, whatever it sends.

A line that is new to a full bucket takes the place of the one that came least often and longest ago.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from shared.positions import NO_OFFSET, Span

KEY_BYTES = 5
"""Of a line's key: the first is its bucket, the others tell it from the lines there (one in 2**28 is mistaken)."""
BUCKET_LINES = 16
"""Lines of a bucket, of which there are 256: with two keys for each article, those of its last 200 articles and all
that came again. 50 KB of Redis for a source at the most."""
RECENT_ARTICLES = 2000
"""Articles of a source after which all its counts are halved: what it no longer prints is forgotten."""


@dataclass(frozen=True, slots=True)
class Observed:
    """The lines of one article as they are counted, each once; `day`: since the epoch; `offset`: of its raw article.

    `article` and `revision` stand in the table like lines that only this article has: a second version of it, and the
    same text under another address, are told by them and not counted.
    """

    source: str
    offset: int
    day: int
    article: bytes
    revision: bytes
    lines: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """In how many recent articles of its source a line stood, and whether on more than one day."""

    articles: int
    on_days: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """The recent articles of a source, and a count for each line of the article observed."""

    articles: int
    lines: tuple[Count, ...]


class LineCounts(Protocol):
    """Counts an input once, however often it is delivered."""

    async def count(self, observed: Sequence[Observed], span: Span) -> list[Counts]:
        """Counts each article of the span, in order, and tells what is known of its lines by then."""
        ...


@dataclass(slots=True)
class _Seen:
    key: bytes
    day: int
    articles: int = 0
    on_days: bool = False


@dataclass(slots=True)
class _Table:
    articles: int = 0
    buckets: dict[int, list[_Seen]] = field(default_factory=dict)


class LineCountsInMemory:
    """Counts in this process alone, as the script in Redis does."""

    def __init__(self, *, bucket_lines: int = BUCKET_LINES, recent_articles: int = RECENT_ARTICLES) -> None:
        self._bucket_lines, self._recent_articles = bucket_lines, recent_articles
        self._positions: dict[tuple[str, int], int] = {}
        self._sources: dict[str, _Table] = {}

    async def count(self, observed: Sequence[Observed], span: Span) -> list[Counts]:
        """Counts each article of the span, in order, and tells what is known of its lines by then."""
        partition = (span.topic, span.partition)
        # A partition that is read from its start was made anew, or its first batch comes again, which the table knows.
        known = NO_OFFSET if span.follows == NO_OFFSET else self._positions.get(partition, NO_OFFSET)
        counts = [self._count(article, is_new=article.offset > known) for article in observed]
        self._positions[partition] = max(known, span.reaches)
        return counts

    def _count(self, article: Observed, *, is_new: bool) -> Counts:
        table = self._sources.setdefault(article.source, _Table())
        if is_new and not any(self._find(table, key) for key in (article.article, article.revision)):
            table.articles += 1
            for key in (article.article, article.revision, *article.lines):
                self._touch(table, key, article.day)
            if table.articles >= self._recent_articles:
                _halve(table)
        seen = (self._find(table, key) for key in article.lines)
        return Counts(table.articles, tuple(Count(s.articles, s.on_days) if s else Count(0, False) for s in seen))

    def _find(self, table: _Table, key: bytes) -> _Seen | None:
        return next((seen for seen in table.buckets.get(key[0], ()) if seen.key == key), None)

    def _touch(self, table: _Table, key: bytes, day: int) -> None:
        bucket = table.buckets.setdefault(key[0], [])
        seen = self._find(table, key)
        if seen is not None:
            bucket.remove(seen)
        else:
            seen = _Seen(key, day)
            if len(bucket) >= self._bucket_lines:
                bucket.remove(min(bucket, key=lambda one: one.articles))  # the first of several: longest ago
        seen.articles += 1
        seen.on_days = seen.on_days or seen.day != day
        bucket.append(seen)


def _halve(table: _Table) -> None:
    table.articles = _half(table.articles)
    for seen in _all(table):
        seen.articles = _half(seen.articles)


def _all(table: _Table) -> Iterator[_Seen]:
    for bucket in table.buckets.values():
        yield from bucket


def _half(count: int) -> int:
    return (count + 1) // 2
