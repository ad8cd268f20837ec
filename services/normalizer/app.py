"""Wires the normalizer to its topics, and to the counts of lines in Redis."""

from __future__ import annotations

from services.normalizer.redis_line_counts import RedisLineCounts
from services.normalizer.stage import Normalizer
from shared import __version__
from shared.clock import system_clock
from shared.contracts import decode_raw
from shared.health import Health
from shared.redis import connect
from shared.settings import Settings
from shared.stream.stage_run import StageRun
from shared.stream.worker import run_stage
from shared.topics import NORMALIZER


async def serve(settings: Settings, health: Health) -> int:
    """Runs until SIGTERM; gives the exit status."""
    redis = connect(settings)
    counts = RedisLineCounts(redis, settings.key_prefix)
    normalizer = Normalizer(system_clock, __version__, counts, settings.zones)
    run = StageRun(NORMALIZER, decode_raw, normalizer.process, lambda article: (article.id, article.revision_hash))
    try:
        return await run_stage(run, settings, health)
    finally:
        await redis.aclose()
