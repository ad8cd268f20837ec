"""The stages of the stream, one after the other in this process, with the index in memory and no servers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from services.classifier.chosen_model import chosen_topic_model
from services.classifier.stage import Classifier
from services.cli.results import PARTITION, TOPIC, Refused, Result
from services.deduplicator.memory_index import MemoryIndex
from services.deduplicator.stage import Deduplicator
from services.normalizer.line_counts import LineCountsInMemory
from services.normalizer.stage import Normalizer
from shared import __version__
from shared.clock import system_clock
from shared.contracts import RawArticle
from shared.outcomes import Outcome, Poison, Publish, Received
from shared.positions import NO_OFFSET, Span
from shared.settings import Settings
from shared.topics import CLASSIFIER, DEDUPLICATOR, NORMALIZER


class InProcess:
    """What the five topics and three agents do, as one call."""

    def __init__(self, settings: Settings) -> None:
        self._normalizer = Normalizer(system_clock, __version__, LineCountsInMemory(), settings.zones)
        self._classifier = Classifier(
            clock=system_clock, threshold=settings.topics_threshold, model=chosen_topic_model(settings)
        )
        index = MemoryIndex(window_days=settings.window_days, claim_days=settings.retention_days + 1)
        self._deduplicator = Deduplicator(index)
        self._reached = NO_OFFSET

    async def enrich(self, batch: Sequence[Received[RawArticle]]) -> list[Result]:
        """One result for each article, in order."""
        results: list[Result | None] = [None] * len(batch)
        span = Span(TOPIC, PARTITION, self._reached, batch[-1].at.offset)
        normalized = await _step(NORMALIZER.name, batch, lambda b: self._normalizer.process(b, span), results)
        classified = await _step(CLASSIFIER.name, normalized, self._classifier.process, results)
        await _step(DEDUPLICATOR.name, classified, lambda b: self._deduplicator.process(b, span), results)
        self._reached = span.reaches
        return [result for result in results if result is not None]


async def _step(
    stage: str,
    batch: Sequence[Received[Any]],
    process: Callable[[Sequence[Received[Any]]], Awaitable[Sequence[Outcome[Any]]]],
    results: list[Result | None],
) -> list[Received[Any]]:
    """What goes on to the next stage; `results` holds each article's newest outcome at its place."""
    places = [place for place, result in enumerate(results) if result is None or isinstance(result, Publish)]
    onward = []
    for place, received, outcome in zip(places, batch, await process(batch), strict=True):
        results[place] = Refused(stage, outcome) if isinstance(outcome, Poison) else outcome
        if isinstance(outcome, Publish):
            onward.append(Received(outcome.article, received.at, received.sent_ms))
    return onward
