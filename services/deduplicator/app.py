"""Wires the deduplicator to its topics and its index in Redis."""

from __future__ import annotations

from services.deduplicator.redis_index import index_of
from services.deduplicator.restoring import RestoringDeduplicator
from services.deduplicator.stage import Deduplicator
from shared.contracts import ClassifiedArticle, decode
from shared.health import Health
from shared.redis import connect
from shared.settings import Settings
from shared.stream.history import History
from shared.stream.stage_run import StageRun
from shared.stream.worker import run_stage
from shared.topics import DEDUPLICATOR


async def serve(settings: Settings, health: Health) -> int:
    """Runs until SIGTERM; gives the exit status."""
    redis = connect(settings)
    stage = RestoringDeduplicator(Deduplicator(index_of(redis, settings)), redis, History(settings), settings)
    run = StageRun(
        DEDUPLICATOR,
        decode=lambda value: decode(value, ClassifiedArticle),
        process=stage.process,
        identify=lambda article: (article.id, article.revision.hash),
        recover=stage.recover,
    )
    try:
        return await run_stage(run, settings, health)
    finally:
        await redis.aclose()
