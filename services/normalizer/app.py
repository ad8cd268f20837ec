"""Wires the normalizer to its topics."""

from __future__ import annotations

from collections.abc import Sequence

from services.normalizer.stage import Normalizer
from shared import __version__
from shared.clock import system_clock
from shared.contracts import NormalizedArticle, RawArticle, decode_raw
from shared.health import Health
from shared.outcomes import Outcome, Received
from shared.positions import Span
from shared.settings import Settings
from shared.stream.stage_run import StageRun
from shared.stream.worker import run_stage
from shared.topics import NORMALIZER


async def serve(settings: Settings, health: Health) -> int:
    """Runs until SIGTERM; gives the exit status."""
    normalizer = Normalizer(system_clock, __version__)

    async def process(batch: Sequence[Received[RawArticle]], _: Span) -> Sequence[Outcome[NormalizedArticle]]:
        return await normalizer.process(batch)

    run = StageRun(NORMALIZER, decode_raw, process, lambda article: (article.id, article.revision_hash))
    return await run_stage(run, settings, health)
