"""Text extraction measured as trafilatura measures it: segments that must be in the text of a page, and must not."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trafilatura

from services.normalizer.evaluate import Counts
from services.normalizer.normalize import normalize
from shared.contracts import NormalizedArticle, RawArticle
from shared.text.match_key import fold
from tests.unit.normalizer.articles import NOW_MS

PAGES = Path(__file__).with_name("pages")
FETCHED_AT = "2025-12-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class ExpectedPage:
    """A page and what is expected of it; `metadata` by the names of the contract."""

    name: str
    html: str
    language: str
    title: str
    published: str
    metadata: dict[str, Any]
    segments: tuple[str, ...]
    others: tuple[str, ...]


def expected_pages() -> Iterator[ExpectedPage]:
    """Every page of the folder."""
    for name, page in tomllib.loads((PAGES / "expected.toml").read_text("utf-8")).items():
        metadata = {field: page[field] for field in ("author", "url", "tags") if field in page}
        yield ExpectedPage(
            name,
            (PAGES / f"{name}.html").read_text("utf-8"),
            page["language"],
            page["title"],
            page["published"],
            metadata,
            tuple(page["with"]),
            tuple(page["without"]),
        )


def normalized(page: ExpectedPage) -> NormalizedArticle:
    """The page as an article whose producer says nothing else."""
    article = RawArticle(source="pages.example", html=page.html, fetched_at=FETCHED_AT)
    return normalize(article, received_ms=NOW_MS + 365 * 86_400_000, version="test", now=0)


def by_us(page: ExpectedPage) -> str:
    """The text of the article."""
    return normalized(page).text


def by_trafilatura(page: ExpectedPage) -> str:
    """The text by trafilatura as it comes."""
    return trafilatura.extract(page.html) or ""


def segment_counts(pages: Iterable[ExpectedPage], extract: Callable[[ExpectedPage], str]) -> Counts:
    """Segments found rightly, found though they must not be, and missed."""
    right = wrong = missed = 0
    for page in pages:
        text = fold(extract(page))
        found = [fold(segment) in text for segment in page.segments]
        right, missed = right + sum(found), missed + len(found) - sum(found)
        wrong += sum(fold(other) in text for other in page.others)
    return Counts(right, wrong, missed)
