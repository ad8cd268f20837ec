"""Counting lines in memory."""

from __future__ import annotations

import pytest

from services.normalizer.line_counts import LineCountsInMemory
from tests.unit.normalizer.line_counts_behaviour import LineCountsBehaviour, NewLineCounts


class TestLineCountsInMemory(LineCountsBehaviour):
    @pytest.fixture
    def new_counts(self) -> NewLineCounts:
        return LineCountsInMemory
