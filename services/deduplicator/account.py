"""What is told of one article when somebody asks why: what was published, what the index says now, who was first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

import msgspec

from services.cache.reading import Item, Reader
from services.deduplicator.entry import entry_of_published
from services.deduplicator.explain import CandidateExplained, Explanation, explain, sentence
from services.deduplicator.first import in_order, member_of
from services.deduplicator.index import Index
from services.deduplicator.verdict import Ground, Method, Verdict
from shared.contracts import Duplicate, EnrichedArticle, Relation, decode
from shared.contracts.articles import ArticleId, Share, Timestamp
from shared.outcomes import Coordinates

_ASKING = Coordinates("", 0, 0)  # an entry that claims nothing needs none


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An article that shares keys with this one, and how the two compare."""

    id: ArticleId
    title: Annotated[str | None, msgspec.Meta(description="null where the cache no longer holds it")]
    source: str | None
    group: Annotated[ArticleId, msgspec.Meta(description="the one that its own is part of by now")]
    shared_keys: Annotated[int, msgspec.Meta(description="sampled hashes of four words in a row that are in both")]
    relation: Annotated[Relation | None, msgspec.Meta(description="of this article to the candidate")]
    containment: Annotated[Share, msgspec.Meta(description="the share of the candidate that is found here")]
    contained: Annotated[Share, msgspec.Meta(description="the share of this one that is found in the candidate")]
    sentence: Annotated[str, msgspec.Meta(description="the verdict, or why the candidate does not count")]


class Threshold(msgspec.Struct, frozen=True, kw_only=True):
    """One of the constants that decide."""

    what: str
    value: float


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """An article of the group in its place."""

    id: ArticleId
    title: str
    source: str
    published_at: Timestamp
    relation: Annotated[Relation | None, msgspec.Meta(description="as it was published; null for what was new")]
    because: Annotated[str, msgspec.Meta(description="why it stands before the next one")]
    credits: Annotated[list[ArticleId], msgspec.Meta(description="members that its text names as where it comes from")]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Why an article was judged as it was."""

    id: ArticleId
    revision: int
    title: str
    source: str
    duplicate: Annotated[Duplicate | None, msgspec.Meta(description="as it was published")]
    said: Annotated[str, msgspec.Meta(description="what was published, in a sentence")]
    index: Annotated[str, msgspec.Meta(description="whether the index still holds what the verdict came from")]
    group: Annotated[ArticleId, msgspec.Meta(description="the one that its own is part of by now")]
    words: Annotated[int, msgspec.Meta(description="that are judged")]
    keys: Annotated[int, msgspec.Meta(description="by which candidates are found")]
    window_days: int
    candidates: Annotated[list[Candidate], msgspec.Meta(description="what the index holds now, in order of judging")]
    thresholds: list[Threshold]
    members: Annotated[
        list[Member], msgspec.Meta(description="of the group, the first one first; empty if it is alone")
    ]


async def account_of(reader: Reader, index: Index, article_id: str, revision: int | None = None) -> Account | None:
    """The account of the article's newest revision, or of that one; None where the cache does not hold it.

    Raises TransientError while Redis is away.
    """
    body = await reader.article(article_id, revision)
    if body is None:
        return None
    article = decode(body, EnrichedArticle)
    explanation = await explain(index, await asyncio.to_thread(entry_of_published, article, _ASKING))
    now = explanation.group or (article.duplicate.group if article.duplicate else article.id)
    told = {one.id: await _held(reader, one.id) for one in explanation.candidates}
    return Account(
        id=article.id,
        revision=article.revision.number,
        title=article.title,
        source=article.source,
        duplicate=article.duplicate,
        said=_said(article.duplicate),
        index=_index_says(explanation, article.duplicate),
        group=now,
        words=explanation.words,
        keys=explanation.keys,
        window_days=explanation.window_days,
        candidates=[_candidate(one, told[one.id]) for one in explanation.candidates],
        thresholds=[Threshold(what=what, value=value) for what, value in explanation.thresholds],
        members=await asyncio.to_thread(_in_order, await reader.members(now)),
    )


async def _held(reader: Reader, article_id: str) -> EnrichedArticle | None:
    body = await reader.article(article_id)
    return None if body is None else decode(body, EnrichedArticle)


def _said(duplicate: Duplicate | None) -> str:
    if duplicate is None:
        return "Published as new: of what was known then, nothing was related."
    verdict = Verdict(
        duplicate.relation,
        round(duplicate.containment * 1000),
        round(duplicate.contained * 1000),
        Method.PASSAGES,
        Ground.SAME_TEXT if duplicate.method == Method.SAME_TEXT else Ground.BOTH_COVERED,
    )
    said = sentence(verdict, other=duplicate.of)
    if duplicate.joined:
        said += f" A copy of others as well, it joined to its group what was known as {', '.join(duplicate.joined)}."
    return said


def _index_says(explanation: Explanation, duplicate: Duplicate | None) -> str:
    if explanation.decided is None:
        return (
            "The index has forgotten its decision on this version: it is past its time, or lost and not restored yet. "
            "The candidates are those it would be judged against now."
        )
    if duplicate and duplicate.of not in {one.id for one in explanation.candidates}:
        return (
            f"The index holds its decision, but {duplicate.of} is not among the candidates any more: it has left the "
            f"window, or others share more."
        )
    return "The index holds its decision. Candidates that arrived since are told with the rest."


def _candidate(one: CandidateExplained, article: EnrichedArticle | None) -> Candidate:
    return Candidate(
        id=one.id,
        title=article.title if article else None,
        source=article.source if article else None,
        group=one.group,
        shared_keys=one.shared_keys,
        relation=one.relation,
        containment=one.containment / 1000,
        contained=one.contained / 1000,
        sentence=one.sentence,
    )


def _in_order(items: Sequence[Item]) -> list[Member]:
    articles = [decode(item.body, EnrichedArticle) for item in items]
    if len(articles) < 2:
        return []
    by_id = {article.id: article for article in articles}
    placed = in_order([member_of(article, arrived) for arrived, article in enumerate(articles)])
    return [
        Member(
            id=one.id,
            title=by_id[one.id].title,
            source=by_id[one.id].source,
            published_at=by_id[one.id].published.at,
            relation=duplicate.relation if (duplicate := by_id[one.id].duplicate) else None,
            because=one.because,
            credits=list(one.credits),
        )
        for one in placed
    ]
