"""The index in memory keeps every promise."""

from __future__ import annotations

import pytest

from services.deduplicator.index import Index
from services.deduplicator.memory_index import MemoryIndex
from tests.unit.deduplicator.index_behaviour import Clock, IndexBehaviour, IndexMaker, RestoreBehaviour


@pytest.fixture
def clock() -> Clock:
    return Clock()


class TestMemoryIndex(IndexBehaviour):
    @pytest.fixture
    def new_index(self, clock: Clock) -> IndexMaker:
        index: Index = MemoryIndex(clock=clock)
        return lambda: index


class TestRestoredMemoryIndex(RestoreBehaviour):
    @pytest.fixture
    def new_index(self, clock: Clock) -> IndexMaker:
        return lambda: MemoryIndex(clock=clock)
