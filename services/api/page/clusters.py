"""Copies under what they repeat: pure.

A copy or an excerpt is no news where its original stands; an extension adds something, and stands by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.contracts import EnrichedArticle

REPEATS = frozenset({"copy", "excerpt"})


@dataclass(frozen=True, slots=True)
class Cluster:
    """An article that stands by itself, what it repeats or extends, and what repeats it, in order of arrival."""

    article: EnrichedArticle
    of: EnrichedArticle | None
    copies: tuple[EnrichedArticle, ...]


def group_of(article: EnrichedArticle) -> str:
    """The group that the article is in, or would be if something repeated it."""
    return article.duplicate.group if article.duplicate else article.id


def clusters(page: Sequence[EnrichedArticle], members: Iterable[EnrichedArticle]) -> list[Cluster]:
    """The articles of a page, each once, at the place of the one that stands for it.

    `members` are those of the groups that the page's articles are in, each group in order of arrival. Where the
    original is not on the page, the first of its copies there stands for it.
    """
    known = {article.id: article for article in (*members, *reversed(page))}
    repeating: dict[str, list[EnrichedArticle]] = {}
    for article in known.values():
        if (original := _original(article, known)) != article.id:
            repeating.setdefault(original, []).append(article)
    here = {article.id for article in page}
    standing: dict[str, str] = {}
    for article in page:  # newest first: the last one to be seen arrived first
        original = _original(article, known)
        standing[original] = original if original in here else article.id
    found = []
    for article in page:
        original = _original(article, known)
        if standing[original] == article.id:
            copies = (copy for copy in repeating.get(original, ()) if copy.id != article.id)
            of = known.get(article.duplicate.of) if article.duplicate else None
            found.append(Cluster(article, of, tuple(copies)))
    return found


def _original(article: EnrichedArticle, known: Mapping[str, EnrichedArticle]) -> str:
    """The id of what the article repeats in the end; its own where it adds something."""
    passed = {article.id}
    while article.duplicate and article.duplicate.relation in REPEATS:
        other = known.get(article.duplicate.of)
        if other is None or other.id in passed:
            return article.duplicate.of
        passed.add(other.id)
        article = other
    return article.id
