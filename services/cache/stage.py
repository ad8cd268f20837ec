"""The cache stage: bodies first, then one Lua call that makes them visible, so that no reader finds a name without one.

Idempotent by article and revision number; positions live with the data (see `shared.positions`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Container, Sequence
from datetime import datetime
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from services.cache.body import pack
from services.cache.events import Event, Removal
from services.cache.facets import SEPARATOR, facets_of, published_ms
from services.cache.keys import SERVED, Keys
from services.cache.scripts import script
from shared.clock import Clock, system_clock
from shared.contracts import EnrichedArticle, encode
from shared.outcomes import Applied, Outcome, Received, TransientError, Unchanged
from shared.positions import PositionBehindError, Span
from shared.redis import waiting_on_redis
from shared.settings import Settings

EPOCH_BYTES = 4  # of the token: a clash would need the same four bytes at the very next start of Redis
DAY_SECONDS = 86_400
# A body stays longer than its entry in the index, which is pruned every half minute, and by Redis's clock.
BODY_SLACK_SECONDS = 3_600
# An index that is being built stays its builder's for so long after each batch; then others may clear it.
LEASE_MS = 30_000


def new_epoch() -> str:
    """A token that tells an epoch of the index from every other."""
    return secrets.token_hex(EPOCH_BYTES)


class LeaseLostError(Exception):
    """The index that was being built is not its builder's any more; nothing was changed."""


class Cache:
    """Applies enriched articles to the index that is served, or to the one of that name, which is being built."""

    def __init__(
        self,
        redis: Redis,
        settings: Settings,
        *,
        clock: Clock = system_clock,
        epochs: Callable[[], str] = new_epoch,
        index: str = SERVED,
    ) -> None:
        self._redis, self._clock, self._epochs, self._index = redis, clock, epochs, index
        self._keys = Keys(settings.key_prefix)
        self._retention = settings.retention_days * DAY_SECONDS
        self._apply = script(redis, "apply")

    async def process(self, batch: Sequence[Received[Event]], span: Span) -> list[Outcome[EnrichedArticle]]:
        """One outcome for each input; an empty batch only moves the position.

        Raises PositionBehindError, with nothing changed, where Redis has lost what the span follows, and
        TransientError while Redis is away or full, or another index is about to be served.
        """
        applied = await self.apply(batch, [span])
        return [Applied() if one else Unchanged() for one in applied]

    async def apply(
        self,
        batch: Sequence[Received[Event]],
        spans: Sequence[Span],
        applied_ms: Sequence[int] | None = None,
        *,
        without_body: Container[str] = (),
    ) -> list[bool]:
        """Which of the events were new. The batch may be of several partitions; `applied_ms`: now, if not given.
        The articles of the ids `without_body` are only indexed. Raises as `process`, and LeaseLostError.
        """
        with waiting_on_redis():
            await self._keep_bodies([one for one in batch if one.article.id not in without_body])
            answer = await self._call(batch, spans, applied_ms)
        match answer:
            case [b"applied", applied, revisions]:
                await self._remove_bodies(batch, revisions)
                return [bool(one) for one in applied]
            case [b"behind", number, known]:
                raise PositionBehindError(spans[number - 1], int(known))
            case [b"held"]:
                raise TransientError("a rebuilt index is about to be served")
            case _:
                raise LeaseLostError(self._index)

    async def _keep_bodies(self, batch: Sequence[Received[Event]]) -> None:
        if not batch:
            return
        now = self._clock()
        async with self._redis.pipeline(transaction=False) as pipe:
            for received in batch:
                article = received.article
                if isinstance(article, Removal):
                    continue
                left = self._retention - max(0.0, now - enriched_ms(received) / 1000)
                pipe.set(
                    self._keys.body(article.id, article.revision.number),
                    pack(encode(article)),
                    ex=int(max(0.0, left) + BODY_SLACK_SECONDS),
                )
            await pipe.execute()

    async def _remove_bodies(self, batch: Sequence[Received[Event]], revisions: Sequence[int]) -> None:
        """Of articles that are removed. After the call: a batch that came again has written them again."""
        names = [
            self._keys.body(received.article.id, revision)
            for received, newest in zip(batch, revisions, strict=True)
            for revision in range(1, newest + 1)
        ]
        if names:
            with waiting_on_redis():
                async with self._redis.pipeline(transaction=False) as pipe:
                    for name in names:
                        pipe.unlink(name)
                    await pipe.execute()

    async def _call(
        self, batch: Sequence[Received[Event]], spans: Sequence[Span], applied_ms: Sequence[int] | None
    ) -> list[Any]:
        arguments: list[bytes | str | int] = [self._index, self._epochs(), LEASE_MS, len(spans)]
        for span in spans:
            arguments += [f"{span.topic}/{span.partition}", span.follows, span.reaches]
        for number, received in enumerate(batch):
            arguments += [*_event(received), "" if applied_ms is None else applied_ms[number]]
        try:
            answer: list[Any] = await self._apply(keys=[self._keys.serving], args=arguments)
        except ResponseError as exc:
            # Redis 6 wraps what a command inside a script answers, so that its own error class is lost.
            if "OOM command not allowed" in str(exc):
                raise TransientError(f"Redis is full: {exc}") from exc
            raise
        return answer


def _event(received: Received[Event]) -> list[bytes | str | int]:
    article = received.article
    if isinstance(article, Removal):
        return [bytes.fromhex(article.id), "", received.sent_ms, "", "", ""]
    published = published_ms(article)
    return [
        bytes.fromhex(article.id),
        article.revision.number,
        enriched_ms(received),
        SEPARATOR.join(facets_of(article)),
        article.source,
        "" if published is None else published,
    ]


def enriched_ms(received: Received[Event]) -> int:
    """When the article was enriched, else sent (epoch milliseconds): its age in the cache is counted from here."""
    if isinstance(received.article, Removal):
        return received.sent_ms
    at = received.article.pipeline.enriched_at
    try:
        return int(datetime.fromisoformat(at).timestamp() * 1000) if at else received.sent_ms
    except ValueError:
        return received.sent_ms
