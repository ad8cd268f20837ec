"""One reader of the index's stream for the whole process; what it reads is built once and shared by every open stream.

Open streams pull: each knows how far it has come, so none has a buffer of its own that could overflow.
"""

from __future__ import annotations

import asyncio
import random
import time
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import structlog
from redis.asyncio import Redis

from services.api.frames import item_frame
from services.cache.cursor import START, Cursor
from services.cache.facets import Filter
from services.cache.reading import Item, Reader, stream_entries
from shared.outcomes import TransientError
from shared.redis import waiting_on_redis
from shared.settings import Settings

BLOCK_MS = 2_000  # below redis-py's socket timeout: a longer XREAD was retried silently and never came back
READ_ENTRIES = 500
# Frames that arrive within this time are sent together: one send a frame reached 64 frames/s with 1,000 readers.
COALESCE_SECONDS = 0.05
# What is held for streams to take; one that has fallen further behind reads from Redis again.
HELD_BYTES = 16 << 20
CHUNK_BYTES = 256 << 10  # of frames sent to a reader at once
BACKOFF_SECONDS = (0.2, 2.0)


@dataclass(frozen=True, slots=True)
class _Held:
    sequence: int
    article: str
    facets: frozenset[str]
    published_ms: int | None
    place: Cursor
    frame: bytes


@dataclass(frozen=True, slots=True)
class Chunk:
    """Frames to send, and the place that they reach."""

    frames: bytes
    reached: Cursor


class Hub:
    """The newest part of the index's stream, in memory."""

    def __init__(self, redis: Redis, settings: Settings, *, held_bytes: int = HELD_BYTES) -> None:
        self._redis, self._reader, self._held_bytes = redis, Reader(redis, settings), held_bytes
        self._held: list[_Held] = []
        self._sequences: list[int] = []
        self._bytes = 0
        self._start = self._reached = START  # all between these two is held
        self._chunks: dict[tuple[int, Filter], Chunk] = {}
        self._changed = asyncio.Event()
        self._last_loop = time.monotonic()
        self.readers = 0
        self.closing = False

    # -- for the streams -------------------------------------------------------------------------------------------

    @property
    def change(self) -> asyncio.Event:
        """Set when there is more; take it before looking, so that nothing is missed between."""
        return self._changed

    def holds(self, place: Cursor) -> bool:
        """Whether all that came after the place is held here."""
        return bool(place.epoch) and place.epoch == self._start.epoch and place.sequence >= self._start.sequence

    def after(self, place: Cursor, wanted: Filter) -> Chunk:
        """What is asked for of what came after the place: built once for all who stand there and ask the same."""
        key = (place.sequence, wanted)
        if key not in self._chunks:
            self._chunks[key] = self._build(place, wanted)
        return self._chunks[key]

    def _build(self, place: Cursor, wanted: Filter) -> Chunk:
        frames: list[bytes] = []
        size, reached = 0, place
        for held in self._held[bisect_right(self._sequences, place.sequence) :]:
            if size >= CHUNK_BYTES:
                return Chunk(b"".join(frames), reached)
            if wanted.matches(held.article, held.facets, held.published_ms):
                frames.append(held.frame)
                size += len(held.frame)
            reached = held.place
        if self._reached.sequence > reached.sequence:
            reached = self._reached
        return Chunk(b"".join(frames), reached)

    def age(self) -> float:
        """Seconds since the stream was last read: above some 10, open streams are silent for want of Redis."""
        return time.monotonic() - self._last_loop

    def close(self) -> None:
        """Ends every open stream."""
        self.closing = True
        self._changed.set()

    # -- the loop --------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Reads until cancelled; while Redis is away, waits with backoff."""
        while not self.closing:
            try:
                await self._step()
            except TransientError as exc:
                _log.warning("live streams wait", error=str(exc))
                await asyncio.sleep(random.uniform(*BACKOFF_SECONDS))
            else:
                self._last_loop = time.monotonic()

    async def _step(self) -> None:
        after = f"{self._reached.sequence}-0"
        with waiting_on_redis():
            answer: Any = await self._redis.xread({self._reader.stream: after}, count=READ_ENTRIES, block=BLOCK_MS)
        # Asked after the entries were read: while the epoch is still ours, they were of it too.
        newest = await self._reader.newest()
        if newest.epoch != self._reached.epoch or newest.sequence < self._reached.sequence:
            self._begin(newest)
            return
        entries = stream_entries(newest.epoch, answer)
        if not entries:
            return
        if self.readers:
            self._hold(await self._reader.bodies(entries), entries[-1].cursor)
        else:
            self._begin(entries[-1].cursor)
        await asyncio.sleep(COALESCE_SECONDS)

    def _begin(self, place: Cursor) -> None:
        """Holds nothing, from that place on: streams that stand before it read from Redis, and learn of a new epoch."""
        self._held, self._sequences, self._bytes = [], [], 0
        moved = place != self._reached
        self._start = self._reached = place
        if moved:
            self._notify()

    def _hold(self, items: tuple[Item, ...], reached: Cursor) -> None:
        for item in items:
            frame = item_frame(item)
            entry = item.entry
            self._held.append(
                _Held(entry.cursor.sequence, entry.id, frozenset(entry.facets), entry.published_ms, entry.cursor, frame)
            )
            self._bytes += len(frame)
        self._reached = reached
        self._forget_oldest()
        self._sequences = [held.sequence for held in self._held]
        self._notify()

    def _forget_oldest(self) -> None:
        surplus = 0
        while self._bytes > self._held_bytes and surplus < len(self._held):
            self._bytes -= len(self._held[surplus].frame)
            self._start = self._held[surplus].place
            surplus += 1
        del self._held[:surplus]

    def _notify(self) -> None:
        self._chunks.clear()
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


_log = structlog.get_logger(__name__)
