"""Rows are counted as a dictionary would count them."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.classifier.occurrences import MOST_ARTICLES, ROW_BITS, count_occurrences

articles = st.one_of(st.integers(0, 3), st.integers(0, MOST_ARTICLES - 1))
rows = st.one_of(st.integers(0, 3), st.integers(0, (1 << ROW_BITS) - 1))


@given(st.lists(st.tuples(articles, rows)))
def test_each_pair_is_counted_in_order(pairs: list[tuple[int, int]]) -> None:
    found = count_occurrences(
        np.array([article for article, _ in pairs], np.uint32), np.array([row for _, row in pairs], np.uint32)
    )
    wanted = sorted(Counter(pairs).items())
    assert list(zip(found.articles.tolist(), found.rows.tolist(), strict=True)) == [pair for pair, _ in wanted]
    assert found.counts.tolist() == [count for _, count in wanted]
