"""What the runtime asks of a stage, and one decoded input of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec
from aiokafka import ConsumerRecord

from shared.outcomes import Coordinates, Outcome, Poison, Received
from shared.positions import PositionBehindError, Span
from shared.topics import Stage

In = TypeVar("In", bound=msgspec.Struct)
Out = TypeVar("Out", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class StageRun(Generic[In, Out]):
    """A stage with all that the runtime needs to run it.

    `identify` gives the id and revision of an output; `recover` applies again what Redis has lost, and gives how many;
    `decode_removal` gives what a record without a value means, by its key: where there is none, it is poison.
    """

    stage: Stage
    decode: Callable[[bytes | None], In]
    process: Callable[[Sequence[Received[In]], Span], Awaitable[Sequence[Outcome[Out]]]]
    identify: Callable[[Out], tuple[str, str]]
    recover: Callable[[PositionBehindError, Callable[[], None]], Awaitable[int]] | None = None
    decode_removal: Callable[[bytes | None], In] | None = None

    def read(self, record: ConsumerRecord) -> In:
        """The record's article, or its removal. Raises PoisonError."""
        if record.value is None and self.decode_removal is not None:
            return self.decode_removal(record.key)
        return self.decode(record.value)


@dataclass(frozen=True, slots=True)
class Input(Generic[In]):
    """A record, decoded; exactly one of `article` and `poison` is there."""

    record: ConsumerRecord
    at: Coordinates
    sent_ms: int
    article: In | None
    poison: Poison | None
