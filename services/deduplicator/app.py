"""Wires the deduplicator to its topics and its index in Redis."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from services.deduplicator.published import PublishedRecord
from services.deduplicator.redis_index import RedisIndex
from services.deduplicator.redis_keys import RedisKeys
from services.deduplicator.stage import Deduplicator
from shared.contracts import ClassifiedArticle, EnrichedArticle, decode
from shared.health import Health
from shared.positions import Span
from shared.redis import connect
from shared.settings import Settings
from shared.stream.history import History
from shared.stream.recovery import Published, restore_from_outputs
from shared.stream.stage_run import StageRun
from shared.stream.worker import run_stage
from shared.topics import DEDUPLICATOR, ENRICHED


async def serve(settings: Settings, health: Health) -> int:
    """Runs until SIGTERM; gives the exit status."""
    redis = connect(settings)
    index = RedisIndex(
        redis,
        RedisKeys(settings.key_prefix),
        window_days=settings.window_days,
        claim_days=settings.retention_days + 1,  # no redelivery may outlive its claim
    )
    deduplicator = Deduplicator(index)

    async def restore(span: Span, published: Sequence[Published]) -> None:
        articles = [PublishedRecord(decode(p.record.value, EnrichedArticle), p.input) for p in published]
        await deduplicator.restore(span, articles)

    run = StageRun(
        DEDUPLICATOR,
        decode=lambda value: decode(value, ClassifiedArticle),
        process=deduplicator.process,
        identify=lambda article: (article.id, article.revision.hash),
        recover=partial(restore_from_outputs, History(settings), settings.topic(ENRICHED.name), restore),
    )
    try:
        return await run_stage(run, settings, health)
    finally:
        await redis.aclose()
