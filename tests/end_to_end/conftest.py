"""One running system for all end-to-end tests that do not stop or break it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.end_to_end.running import RunningStack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """Kafka, Redis and every service as processes, with the samples on the page."""
    running = RunningStack(tmp_path_factory.mktemp("stack"))
    running.start()
    yield running
    running.interrupt()
