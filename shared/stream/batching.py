"""What one batch, and so one transaction, may hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aiokafka import ConsumerRecord

Records = Sequence[ConsumerRecord]


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """What one transaction may hold, and how long it may take."""

    records: int
    bytes: int
    publish_seconds: float


def capped_batches(records: Records, limits: BatchLimits) -> Iterator[Records]:
    """Consecutive batches within the limits; a record larger than the byte limit is a batch of its own."""
    batch: list[ConsumerRecord] = []
    size = 0
    for record in records:
        length = len(record.value or b"")
        if batch and (len(batch) == limits.records or size + length > limits.bytes):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += length
    if batch:
        yield batch
