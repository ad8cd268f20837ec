"""The registry of names, and the histogram that takes a batch at once."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from shared.metrics import BulkHistogram, metric_names


def test_names_are_in_base_units_and_prefixed() -> None:
    for name in metric_names():
        assert name.startswith(("khabar_", "process_", "python_"))
    assert {"khabar_articles_total", "khabar_lag_seconds", "khabar_end_to_end_seconds_bucket"} <= metric_names()


@pytest.mark.parametrize("values", [[], [0.5], [1.0], [0.1, 1.0, 1.5, 99.0]])
def test_the_bulk_histogram_counts_as_the_librarys_own(values: list[float]) -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    bulk = BulkHistogram("name", "help", (0.5, 1, 5), ours)
    plain = Histogram("name", "help", ["stage"], buckets=(0.5, 1, 5), registry=theirs)
    plain.labels("s")
    bulk.observe_all("s", values)
    for value in values:
        plain.labels("s").observe(value)

    kept = [line for line in generate_latest(theirs).splitlines() if b"created" not in line]
    assert generate_latest(ours).splitlines() == kept
