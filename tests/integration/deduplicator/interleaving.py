"""Workers whose index calls happen in an order that the test chooses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from services.deduplicator.entry import Entry, Ref
from services.deduplicator.index import Claimed, Index, Lookup, Proposal, Record, Restored
from shared.positions import Span

T = TypeVar("T")


@dataclass(slots=True)
class Gate:
    """Lets one worker through to its next index call."""

    parked: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def turn(self) -> None:
        """Waits until the schedule comes to this worker."""
        self.parked.set()
        await self.released.wait()
        self.released.clear()
        self.parked.clear()


class GatedIndex:
    """An index whose every call waits for its turn."""

    def __init__(self, index: Index, gate: Gate) -> None:
        self._index = index
        self._gate = gate

    @property
    def window_days(self) -> int:
        return self._index.window_days

    async def lookup(self, entries: Sequence[Entry]) -> Lookup:
        await self._gate.turn()
        return await self._index.lookup(entries)

    async def peek(self, entries: Sequence[Entry]) -> Lookup:
        return await self._index.peek(entries)

    async def records(self, generation: int, refs: Sequence[Ref]) -> Sequence[Record | None]:
        await self._gate.turn()
        return await self._index.records(generation, refs)

    async def claim(self, span: Span, generation: int, proposals: Sequence[Proposal]) -> Claimed:
        await self._gate.turn()
        return await self._index.claim(span, generation, proposals)

    async def restore(self, span: Span, restored: Sequence[Restored]) -> None:
        await self._gate.turn()
        await self._index.restore(span, restored)

    async def positions(self, topic: str, partitions: Sequence[int]) -> Sequence[int]:
        return await self._index.positions(topic, partitions)


async def interleaved(work: Sequence[Awaitable[T]], gates: Sequence[Gate], schedule: Sequence[int]) -> list[T]:
    """Runs one piece of work behind each gate; `schedule` names whose next call it is, then they take turns."""
    tasks = [asyncio.ensure_future(one) for one in work]
    turns = iter(schedule)
    place = 0
    while True:
        await asyncio.gather(*(_parked_or_done(task, gate) for task, gate in zip(tasks, gates, strict=True)))
        waiting = [gate for task, gate in zip(tasks, gates, strict=True) if not task.done()]
        if not waiting:
            return [task.result() for task in tasks]
        place = next(turns, place + 1)
        waiting[place % len(waiting)].released.set()
        waiting[place % len(waiting)].parked.clear()


async def _parked_or_done(task: asyncio.Future[T], gate: Gate) -> None:
    parked = asyncio.ensure_future(gate.parked.wait())
    either: list[asyncio.Future[Any]] = [task, parked]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    parked.cancel()
