"""The counts of lines that all normalizers share: an atomic Lua call for each hundred articles of a batch."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from services.normalizer.line_counts import BUCKET_LINES, RECENT_ARTICLES, Count, Counts, Observed
from shared.positions import Span
from shared.redis import waiting_on_redis

KEPT_SECONDS = 14 * 86_400
"""After which a source that sends nothing is forgotten."""
LAYOUT_VERSION = 1
"""Raised with every change of keys or entries: counting then starts anew."""
SOURCE_BYTES = 8
CALL_ARTICLES = 100
"""Articles of one Lua call, in which Redis answers nobody else: 8 ms for 12 lines each, on a busy machine."""
_ON_DAYS = 0x8000


class RedisLineCounts:
    """As LineCountsInMemory; `client` must not decode responses.

    A Redis that lost some or all of its counts learns them again; nothing is restored, since no id, revision or
    offset hangs on them. Raises TransientError while Redis is away.
    """

    def __init__(
        self,
        client: Redis,
        prefix: str,
        *,
        bucket_lines: int = BUCKET_LINES,
        recent_articles: int = RECENT_ARTICLES,
    ) -> None:
        # One hash tag, so that all keys of a call are in one slot of a cluster.
        self._prefix = f"{{{prefix}:lines}}:{LAYOUT_VERSION}:".encode()
        self._options = (KEPT_SECONDS, bucket_lines, recent_articles)
        source = Path(__file__).with_name("line_counts.lua").read_text("utf-8")
        self._script: AsyncScript = client.register_script(source)

    async def count(self, observed: Sequence[Observed], span: Span) -> list[Counts]:
        """Counts each article of the span, in order, and tells what is known of its lines by then."""
        counts: list[Counts] = []
        for part, articles in _parts(observed, span):
            counts += await self._count(articles, part)
        return counts

    async def _count(self, observed: Sequence[Observed], span: Span) -> list[Counts]:
        keys = [self._prefix + b"positions", *(self._prefix + _source_key(one.source) for one in observed)]
        arguments: list[bytes | str | int] = [f"{span.topic}/{span.partition}", span.follows, span.reaches]
        arguments += self._options
        for one in observed:
            arguments += (one.offset, one.day, b"".join((one.article, one.revision, *one.lines)))
        with waiting_on_redis():
            answers: list[Any] = await self._script(keys=keys, args=arguments)
        return [_counts(answer) for answer in answers]


def _parts(observed: Sequence[Observed], span: Span) -> Iterator[tuple[Span, Sequence[Observed]]]:
    """The articles in calls of CALL_ARTICLES, each with the part of the span that it covers."""
    follows = span.follows
    for start in range(0, max(1, len(observed)), CALL_ARTICLES):
        part = observed[start : start + CALL_ARTICLES]
        reaches = span.reaches if start + CALL_ARTICLES >= len(observed) else part[-1].offset
        yield Span(span.topic, span.partition, follows, reaches), part
        follows = reaches


def _source_key(source: str) -> bytes:
    return blake2b(source.encode("utf-8", "surrogatepass"), digest_size=SOURCE_BYTES).digest()


def _counts(answer: bytes) -> Counts:
    articles, *lines = struct.unpack(f">{len(answer) // 2}H", answer)
    return Counts(articles, tuple(Count(line & ~_ON_DAYS, bool(line & _ON_DAYS)) for line in lines))
