"""Lines that a source prints under article after article, learnt by counting; never part of id or revision."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Protocol

import msgspec

from services.normalizer.lines import Line
from shared.contracts import NormalizedArticle, Removed

LEAST_ARTICLES = 5
"""Distinct articles of a source that must have a line; or the share below of its recent ones, if that is more."""
LEAST_SHARE = 0.01
LEAST_DAYS = 2
"""Days on which it must have been seen: the lines of one event come again within one day."""
LONGEST_LINE = 300
"""Characters of the longest line that is counted; boilerplate is short, and stories are many."""
SHORTEST_LINE = 6
MOST_LINES = 60
"""Lines of an article that are counted, half from its top, half from its end, where boilerplate stands."""
RECENT_DAYS = 14
MOST_COUNTED = 2000
"""Articles of one line that are counted: a line in that many is boilerplate, however large the source."""
MOST_KNOWN = 20_000
"""Lines of one source that are remembered; of 245,065 lines of 14 papers, 523 passed three articles."""

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Observed:
    """The lines of one article as they are counted. `day`: days since the epoch when Kafka got it."""

    source: str
    article_id: str
    revision_hash: str
    day: int
    lines: tuple[int, ...]


class Boilerplate(Protocol):
    """Counts lines, the same after any number of redeliveries."""

    async def learn(self, observed: Sequence[Observed]) -> list[frozenset[int]]:
        """Counts each article, in order, and gives those of its lines that are boilerplate by now."""
        ...


def line_hash(line: Line) -> int:
    """64 bits of the line's match key, in which any number is the same."""
    digest = blake2b(_DIGITS.sub("0", line.key).encode("utf-8"), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def observe(article: NormalizedArticle, story: Sequence[Line], day: int) -> Observed:
    """What is counted of an article."""
    edges = story if len(story) <= MOST_LINES else [*story[: MOST_LINES // 2], *story[-MOST_LINES // 2 :]]
    lines = tuple(line_hash(line) for line in edges if SHORTEST_LINE <= len(line.text) <= LONGEST_LINE)
    return Observed(article.source, article.id, article.revision_hash, day, lines)


def without(article: NormalizedArticle, story: Sequence[Line], boilerplate: frozenset[int]) -> NormalizedArticle:
    """The article with boilerplate moved from its text to `removed`; all of it is kept where nothing else is left."""
    learnt = [line for line in story if len(line.text) <= LONGEST_LINE and line_hash(line) in boilerplate]
    kept = [line.text for line in story if line not in learnt]
    if not learnt or not kept:
        return article
    moved = [Removed(kind="boilerplate", text=line.text, line=line.number) for line in learnt]
    removed = sorted([*article.removed, *moved], key=lambda line: line.line)
    return msgspec.structs.replace(article, text="\n".join(kept), removed=removed)


@dataclass(slots=True)
class _Known:
    """One line of a source: the articles that had it, up to as many as can matter, and the days."""

    articles: set[str] = field(default_factory=set)
    days: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Source:
    articles: dict[str, int] = field(default_factory=dict)
    revisions: dict[str, str] = field(default_factory=dict)
    lines: dict[int, _Known] = field(default_factory=dict)


class BoilerplateInMemory:
    """Counts in this process alone: for one process, and for `khabar enrich`."""

    def __init__(self) -> None:
        self._sources: dict[str, _Source] = {}

    async def learn(self, observed: Sequence[Observed]) -> list[frozenset[int]]:
        """Counts each article, in order, and gives those of its lines that are boilerplate by now."""
        return [self._learn(article) for article in observed]

    def _learn(self, article: Observed) -> frozenset[int]:
        source = self._sources.setdefault(article.source, _Source())
        # The same text under another address is a copy: it says nothing about the source's habits.
        if source.revisions.setdefault(article.revision_hash, article.article_id) == article.article_id:
            source.articles[article.article_id] = article.day
            for line in set(article.lines):
                _count(source.lines.setdefault(line, _Known()), article)
            _forget(source, article.day)
        needed = min(max(LEAST_ARTICLES, LEAST_SHARE * len(source.articles)), MOST_COUNTED)
        return frozenset(line for line in article.lines if _is_boilerplate(source.lines.get(line), needed))


def _count(known: _Known, article: Observed) -> None:
    if len(known.articles) < MOST_COUNTED:
        known.articles.add(article.article_id)
        known.days.add(article.day)


def _is_boilerplate(known: _Known | None, needed: float) -> bool:
    return known is not None and len(known.articles) >= needed and len(known.days) >= LEAST_DAYS


def _forget(source: _Source, day: int) -> None:
    """Drops what is older than the recent days, once more is remembered than may be."""
    if len(source.lines) <= MOST_KNOWN:
        return
    oldest = day - RECENT_DAYS
    recent = {line: known for line, known in source.lines.items() if max(known.days) >= oldest}
    # Of those left, lines that came again are worth more than those seen once; the latest of these are kept.
    again = {line: known for line, known in recent.items() if len(known.articles) > 1}
    once = [line for line in recent if line not in again]
    kept_once = once[-max(0, MOST_KNOWN // 2 - len(again)) :] if len(again) < MOST_KNOWN // 2 else []
    source.lines = {**again, **{line: recent[line] for line in kept_once}}
    source.articles = {article: seen for article, seen in source.articles.items() if seen >= oldest}
    source.revisions = {
        revision: article for revision, article in source.revisions.items() if article in source.articles
    }
