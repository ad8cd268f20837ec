"""Puts back what Redis has lost, from the committed records of Kafka."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from aiokafka import ConsumerRecord

from shared.outcomes import Coordinates, PoisonError, Received
from shared.positions import PositionBehindError, Span
from shared.stream.headers import input_coordinates, received_ms
from shared.stream.history import History

In = TypeVar("In", bound=msgspec.Struct)
Proceed = Callable[[], None]
"""Called between steps; raises where the partition is to be handed over."""

# Outputs are sent after their inputs, but clocks of two machines may differ by this much.
CLOCK_SLACK_MS = 300_000


async def apply_again(
    history: History,
    read: Callable[[ConsumerRecord], In],
    apply: Callable[[Sequence[Received[In]], Span], Awaitable[object]],
    behind: PositionBehindError,
    proceed: Proceed,
) -> int:
    """Gives `apply` the inputs that Redis has lost, as the runtime gave them before; says how many."""
    lost, known, applied = behind.span, behind.known, 0
    async for records in history.between(lost.topic, lost.partition, known + 1, lost.follows):
        proceed()
        batch = [received for record in records if (received := received_of(record, read))]
        if records:
            await apply(batch, Span(lost.topic, lost.partition, known, records[-1].offset))
            known, applied = records[-1].offset, applied + len(batch)
    # Behind the last record that is left there may be control records, and what retention has taken.
    await apply([], Span(lost.topic, lost.partition, known, lost.follows))
    return applied


@dataclass(frozen=True, slots=True)
class Published:
    """A record that a stage published, and where the input stands that it was made from."""

    record: ConsumerRecord
    input: Coordinates


async def restore_from_outputs(
    history: History,
    output_topic: str,
    restore: Callable[[Span, Sequence[Published]], Awaitable[object]],
    behind: PositionBehindError,
    proceed: Proceed,
) -> int:
    """Gives `restore` what was published of the inputs that Redis has lost, with its verdicts; says how many.

    Outputs stand in the partition of their inputs, in their order.
    """
    lost, known, restored = behind.span, behind.known, 0
    sent_ms = await history.first_sent_ms(lost.topic, lost.partition, known + 1)
    since = None if sent_ms is None or known < 0 else sent_ms - CLOCK_SLACK_MS
    async for records in history.since(output_topic, lost.partition, since):
        proceed()
        published = [found for record in records if (found := _published(record, lost, known))]
        if published:
            reaches = published[-1].input.offset
            await restore(Span(lost.topic, lost.partition, known, reaches), published)
            known, restored = reaches, restored + len(published)
    await restore(Span(lost.topic, lost.partition, known, lost.follows), [])
    return restored


def received_of(record: ConsumerRecord, read: Callable[[ConsumerRecord], In]) -> Received[In] | None:
    """The record as the runtime gave it to its stage; None for one that went to the dead letters."""
    try:
        article = read(record)
    except PoisonError:
        return None  # it is in the dead letters since it was read first
    at = Coordinates(record.topic, record.partition, record.offset)
    return Received(article, at, received_ms(record.headers, record.timestamp))


def _published(record: ConsumerRecord, lost: Span, known: int) -> Published | None:
    made_from = input_coordinates(record.headers)
    if record.value is None:
        return None  # an article was removed: the index still knows it, so that it does not come back as new
    if made_from is None or (made_from.topic, made_from.partition) != (lost.topic, lost.partition):
        return None
    return Published(record, made_from) if known < made_from.offset <= lost.follows else None
