"""Wires the cache to its topic and its Redis."""

from __future__ import annotations

import asyncio
from functools import partial

from services.cache.events import Event, event_of, removal_of
from services.cache.stage import Cache
from services.cache.upkeep import Upkeep
from shared.contracts import EnrichedArticle, decode
from shared.health import Health
from shared.redis import connect
from shared.settings import Settings
from shared.stream.history import History
from shared.stream.recovery import apply_again
from shared.stream.stage_run import StageRun
from shared.stream.worker import run_stage
from shared.topics import CACHE


async def serve(settings: Settings, health: Health) -> int:
    """Runs until SIGTERM; gives the exit status."""
    redis = connect(settings)
    cache = Cache(redis, settings)
    run: StageRun[Event, EnrichedArticle] = StageRun(
        CACHE,
        decode=lambda value: decode(value, EnrichedArticle),
        process=cache.process,
        decode_removal=removal_of,
        identify=lambda article: (article.id, article.revision.hash),
        recover=partial(apply_again, History(settings), event_of, cache.process),
    )
    upkeep = asyncio.create_task(Upkeep(redis, settings).run())
    try:
        return await run_stage(run, settings, health)
    finally:
        upkeep.cancel()
        await redis.aclose()
