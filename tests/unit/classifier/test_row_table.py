"""Rows are found as a dictionary would find them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.classifier.row_table import RowTable

BITS = 14  # four blocks
buckets = st.one_of(st.integers(0, 3), st.integers(0, (1 << BITS) - 1), st.integers((1 << BITS) - 3, (1 << BITS) - 1))


@given(st.sets(buckets), st.lists(buckets))
def test_each_bucket_has_the_row_that_its_place_says(kept: set[int], asked: list[int]) -> None:
    rows = {bucket: row for row, bucket in enumerate(sorted(kept))}
    found = RowTable(np.array(sorted(kept), np.int64), BITS).find(np.array(asked, np.uint32))
    wanted = [(place, rows[bucket]) for place, bucket in enumerate(asked) if bucket in rows]
    assert list(zip(found.places.tolist(), found.rows.tolist(), strict=True)) == wanted


def test_a_block_that_is_full_has_all_its_rows() -> None:
    full = np.arange(1 << BITS)
    assert RowTable(full, BITS).find(full).rows.tolist() == full.tolist()


def test_a_table_without_rows_finds_none() -> None:
    assert len(RowTable(np.empty(0, np.int64), 3).find(np.arange(8)).rows) == 0
