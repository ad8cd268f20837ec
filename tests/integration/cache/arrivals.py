"""Articles that arrive at a cache, and what a reader then has."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from services.cache.cursor import Cursor
from services.cache.events import Removal
from services.cache.facets import Filter
from services.cache.reading import Page, Reader
from services.cache.stage import Cache
from shared.contracts import EnrichedArticle
from shared.outcomes import Coordinates, Outcome, Received
from shared.positions import NO_OFFSET, Span
from tests.articles import received

TOPIC = "articles.enriched"
EVERYTHING = Filter()


@dataclass(slots=True)
class Arrivals:
    """One partition, whose offsets have a hole after each batch, as transactions leave them."""

    cache: Cache
    partition: int = 0
    reached: int = NO_OFFSET

    async def apply(self, *articles: EnrichedArticle) -> list[Outcome[EnrichedArticle]]:
        first = self.reached + 2
        span = Span(TOPIC, self.partition, self.reached, first + len(articles) - 1)
        batch = received(articles, first_offset=first, partition=self.partition, sent_ms=int(time.time() * 1000))
        outcomes = await self.cache.process(batch, span)
        self.reached = span.reaches
        return outcomes

    async def remove(self, *articles: EnrichedArticle) -> list[Outcome[EnrichedArticle]]:
        """A record without a value for each."""
        first = self.reached + 2
        span = Span(TOPIC, self.partition, self.reached, first + len(articles) - 1)
        now_ms = int(time.time() * 1000)
        batch = [
            Received(Removal(article.id), Coordinates(TOPIC, self.partition, first + place), now_ms)
            for place, article in enumerate(articles)
        ]
        outcomes = await self.cache.process(batch, span)
        self.reached = span.reaches
        return outcomes


def names(page: Page) -> list[tuple[str, int]]:
    """(id, revision) of what the page holds, in its order."""
    return [(item.entry.id, item.entry.revision) for item in page.items]


def keys(articles: Sequence[EnrichedArticle]) -> list[tuple[str, int]]:
    """(id, revision) of the articles."""
    return [(article.id, article.revision.number) for article in articles]


async def read_on(reader: Reader, cursor: Cursor | None, *, limit: int = 3) -> tuple[list[tuple[str, int]], Page]:
    """Everything in order of arrival after the cursor, page by page, and the last page."""
    seen: list[tuple[str, int]] = []
    while True:
        page = await reader.page(EVERYTHING, order="arrival", cursor=cursor, limit=limit, revisions="all")
        seen += names(page)
        cursor = page.reached
        if page.complete:
            return seen, page
