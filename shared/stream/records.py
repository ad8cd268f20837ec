"""What goes out of a batch: articles and dead letters, as Kafka records."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from aiokafka import ConsumerRecord

from shared.contracts import DeadLetter, encode
from shared.outcomes import Poison
from shared.stream.headers import Headers


@dataclass(frozen=True, slots=True)
class Output:
    """One record to publish, with the partition it belongs to."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes
    headers: Headers


RECORD_OVERHEAD_BYTES = 512  # what Kafka adds to key, value and headers, generously: batch header and lengths


def record_bytes(output: Output) -> int:
    """At most this much of the topic's limit."""
    headers = sum(len(name) + len(value) + 10 for name, value in output.headers)
    return len(output.key or b"") + len(output.value) + headers + RECORD_OVERHEAD_BYTES


def dead_letter(record: ConsumerRecord, stage: str, poison: Poison, time: str) -> bytes:
    """The whole input and why it could not be processed, as the dead-letter contract."""
    return encode(
        DeadLetter(
            stage=stage,
            reason=poison.reason.value,
            error=poison.error[:MAX_ERROR_CHARACTERS],
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            time=time,
            key=None if record.key is None else b64encode(record.key).decode(),
            value=b64encode(record.value or b"").decode(),
            headers=[(name, b64encode(value or b"").decode()) for name, value in record.headers],
        )
    )


MAX_ERROR_CHARACTERS = 2_000  # an error may quote its input, which is in the dead letter already
