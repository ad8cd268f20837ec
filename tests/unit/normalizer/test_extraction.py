"""The text of pages: all that is the story, nothing that surrounds it, more exactly than trafilatura alone."""

from __future__ import annotations

import pytest

from tests.unit.normalizer.extraction import (
    ExpectedPage,
    by_trafilatura,
    by_us,
    expected_pages,
    normalized,
    segment_counts,
)

LEAST_PRECISION = 0.95
LEAST_RECALL = 0.97

PAGES = list(expected_pages())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_metadata_is_read(page: ExpectedPage) -> None:
    article = normalized(page)
    assert (article.language.code, article.title, article.published.at) == (page.language, page.title, page.published)
    assert {name: getattr(article, name) for name in page.metadata} == page.metadata


def test_the_text_is_the_story_and_more_exactly_so_than_trafilatura_alone() -> None:
    ours, theirs = segment_counts(PAGES, by_us), segment_counts(PAGES, by_trafilatura)
    for name, counts in (("Khabar", ours), ("trafilatura", theirs)):
        print(f"{name:<12} precision {counts.precision:.3f}  recall {counts.recall:.3f}  F1 {counts.f1:.3f}  {counts}")
    assert ours.precision >= LEAST_PRECISION
    assert ours.recall >= LEAST_RECALL
    assert ours.f1 > theirs.f1
