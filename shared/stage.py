"""What the stream runtime and `khabar enrich` ask of a stage, and all they know of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import msgspec

from shared.outcomes import Outcome, Received

In = TypeVar("In", bound=msgspec.Struct)
Out = TypeVar("Out", bound=msgspec.Struct)


class Stage(Protocol[In, Out]):
    """A batch of inputs of one partition, in offset order, to one outcome for each, in the same order.

    May see an input again after a crash. Raises TransientError where something it needs is away.
    """

    async def process(self, batch: Sequence[Received[In]]) -> Sequence[Outcome[Out]]: ...
