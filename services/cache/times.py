"""When the served index applied what it holds, so that a rebuilt one can resume its readers by time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from redis.asyncio import Redis

from services.cache.events import Event, Removal
from services.cache.facets import REMOVED, SEPARATOR
from services.cache.served import ServedIndex
from shared.redis import waiting_on_redis
from shared.settings import Settings

READ_ENTRIES = 1_000
_REVISION_BYTES = 4
_NO_REVISION = 0  # a removal's
_REMOVED = (SEPARATOR + REMOVED).encode()


class ServedTimes:
    """Times (ms) of applying by article and revision: some 200 bytes each, until they are asked for."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._served = ServedIndex(redis, settings.key_prefix)
        self._times: dict[bytes, int] = {}
        self._read_to = 0
        self._oldest_ms = 0
        self.removed: set[str] = set()
        """Articles whose text nobody may read any more."""

    async def read_on(self) -> None:
        """Reads what was applied since the last time. Raises TransientError."""
        if not self._read_to:
            await self._begin()
        while await self._read_some():
            pass

    async def _begin(self) -> None:
        with waiting_on_redis():
            (pruned,) = await self._served.read(lambda pipe, keys: pipe.hget(keys.state, "pruned"))
        self._read_to = int(pruned or 0)
        if entries := await self._entries(1):
            self._oldest_ms = int(entries[0][1][b"e"]) if self._read_to else 0

    async def _read_some(self) -> bool:
        entries = await self._entries(READ_ENTRIES)
        for _, fields in entries:
            is_removal = fields[b"f"].endswith(_REMOVED)
            self._times[_revision(fields[b"i"], _NO_REVISION if is_removal else int(fields[b"r"]))] = int(fields[b"t"])
            if is_removal:
                self.removed.add(fields[b"i"].hex())
        if entries:
            self._read_to = int(entries[-1][0].partition(b"-")[0])
        return len(entries) == READ_ENTRIES

    async def _entries(self, count: int) -> Sequence[tuple[bytes, Mapping[bytes, bytes]]]:
        after = f"{self._read_to + 1}-0"
        with waiting_on_redis():
            (entries,) = await self._served.read(lambda pipe, keys: pipe.xrange(keys.stream, after, "+", count))
        found: Sequence[tuple[bytes, Mapping[bytes, bytes]]] = entries
        return found

    def applied_ms(self, event: Event) -> int | None:
        """When the served index applied the event; None where it does not hold it. Forgotten here once asked."""
        number = _NO_REVISION if isinstance(event, Removal) else event.revision.number
        return self._times.pop(_revision(bytes.fromhex(event.id), number), None)

    def has_let_go(self, enriched_ms: int) -> bool:
        """Whether the served index has forgotten, by age or for want of memory, what was enriched then."""
        return enriched_ms < self._oldest_ms


def _revision(article: bytes, number: int) -> bytes:
    return article + number.to_bytes(_REVISION_BYTES)
