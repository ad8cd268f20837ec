"""Wires the classifier to its topics."""

from __future__ import annotations

from collections.abc import Sequence

from services.classifier.chosen_model import chosen_topic_model
from services.classifier.drift import Drift
from services.classifier.stage import Classifier
from services.classifier.weights import CARD_FILE, MODEL_DIR, load_card
from shared.clock import system_clock
from shared.contracts import ClassifiedArticle, NormalizedArticle, decode
from shared.health import Health
from shared.outcomes import Outcome, Received
from shared.positions import Span
from shared.settings import Settings
from shared.stream.stage_run import StageRun
from shared.stream.worker import run_stage
from shared.topics import CLASSIFIER


async def serve(settings: Settings, health: Health) -> int:
    """Runs until SIGTERM; gives the exit status."""
    classifier = Classifier(
        clock=system_clock,
        threshold=settings.topics_threshold,
        model=chosen_topic_model(settings),
        observe=Drift(frozenset(load_card(MODEL_DIR / CARD_FILE).languages)),
    )

    async def process(batch: Sequence[Received[NormalizedArticle]], _: Span) -> Sequence[Outcome[ClassifiedArticle]]:
        return await classifier.process(batch)

    run = StageRun(
        CLASSIFIER,
        decode=lambda value: decode(value, NormalizedArticle),
        process=process,
        identify=lambda article: (article.id, article.revision_hash),
    )
    return await run_stage(run, settings, health)
