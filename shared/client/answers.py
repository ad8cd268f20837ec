"""What the api answers, as types; a test keeps them equal to its OpenAPI document."""

from __future__ import annotations

from typing import Literal

import msgspec

from shared.contracts import EnrichedArticle
from shared.contracts.articles import ArticleId


class FieldError(msgspec.Struct, frozen=True, kw_only=True):
    """What was wrong with one parameter or one item."""

    name: str
    detail: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Problem details (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


class PushedItem(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one posted article, by its place in what was posted."""

    index: int
    status: Literal["accepted", "refused"]
    id: str | None = None
    note: str | None = None
    reason: str | None = None
    error: str | None = None


class PushAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of everything posted."""

    accepted: int
    refused: int
    items: list[PushedItem]


class ArticlePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of articles, as it comes."""

    articles: list[EnrichedArticle]
    removed: list[ArticleId] = []
    cursor: str | None
    next: str | None
    resumed: bool


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Articles in order of arrival, and the cursor to keep once they are dealt with.

    `removed`: ids of articles that were taken back meanwhile. `resumed`: the index was rebuilt since the cursor before,
    so some may have come already, and none is left out.
    """

    articles: list[EnrichedArticle]
    removed: list[ArticleId]
    cursor: str
    resumed: bool


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One article of the stream, and the cursor to keep once it is dealt with; `resumed` as of a batch."""

    article: EnrichedArticle
    cursor: str
    resumed: bool


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """That the article of that id was taken back, in the stream, with every revision up to here."""

    id: ArticleId
    cursor: str


class ApiError(Exception):
    """The api did not do what was asked; `problem` says why, `retry_after` (seconds) when to try again."""

    def __init__(self, problem: Problem, retry_after: float | None = None) -> None:
        details = [problem.detail, *(f"{error.name}: {error.detail}" for error in problem.errors)]
        super().__init__(f"{problem.status} {problem.title}: {' '.join(details)}")
        self.problem, self.retry_after = problem, retry_after
