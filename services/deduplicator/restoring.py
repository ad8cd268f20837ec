"""Lets no article be judged while any partition's share of the index is missing.

A copy and its original may stand in different partitions: an index without one of them would call new what was
published before.
"""

from __future__ import annotations

from collections.abc import Sequence

from redis.asyncio import Redis

from services.deduplicator.published import PublishedRecord
from services.deduplicator.stage import Deduplicator
from shared.contracts import ClassifiedArticle, EnrichedArticle, decode
from shared.outcomes import Outcome, Received
from shared.positions import PositionBehindError, Span
from shared.redis import waiting_on_redis
from shared.settings import Settings
from shared.stream.history import History
from shared.stream.recovery import Proceed, Published, restore_from_outputs
from shared.topics import DEDUPLICATOR, ENRICHED


class RestoringDeduplicator:
    """The deduplicator, and what it does when Redis has been restarted, replaced or wiped."""

    def __init__(self, deduplicator: Deduplicator, redis: Redis, history: History, settings: Settings) -> None:
        self._deduplicator, self._redis, self._history = deduplicator, redis, history
        self._group, self._enriched = settings.group(DEDUPLICATOR.name), settings.topic(ENRICHED.name)
        self._whole_in_run: str | None = None  # the run of Redis of which it is known that nothing is missing

    async def process(
        self, batch: Sequence[Received[ClassifiedArticle]], span: Span
    ) -> Sequence[Outcome[EnrichedArticle]]:
        """As the deduplicator's; raises PositionBehindError also for another run of Redis, which may have lost some."""
        if await self._run() != self._whole_in_run:
            (known,) = await self._deduplicator.positions(span.topic, [span.partition])
            raise PositionBehindError(span, known)
        return await self._deduplicator.process(batch, span)

    async def recover(self, behind: PositionBehindError, proceed: Proceed) -> int:
        """Restores every partition that Redis knows less of than the group has committed; says how many articles."""
        run, span = await self._run(), behind.span
        committed = await self._history.committed(self._group, span.topic)
        follows = {partition: offset - 1 for partition, offset in committed.items()} | {span.partition: span.follows}
        known = await self._deduplicator.positions(span.topic, list(follows))
        restored = 0
        for (partition, handled), knows in zip(follows.items(), known, strict=True):
            if knows < handled:
                lost = PositionBehindError(Span(span.topic, partition, handled, handled), knows)
                restored += await self._restore(lost, proceed)
        self._whole_in_run = run
        return restored

    async def _restore(self, behind: PositionBehindError, proceed: Proceed) -> int:
        return await restore_from_outputs(self._history, self._enriched, self._put_back, behind, proceed)

    async def _put_back(self, span: Span, published: Sequence[Published]) -> None:
        articles = [PublishedRecord(decode(p.record.value, EnrichedArticle), p.input) for p in published]
        await self._deduplicator.restore(span, articles)

    async def _run(self) -> str:
        with waiting_on_redis():
            server = await self._redis.info("server")
        return str(server["run_id"])
