"""The normalizer as a stage: one outcome for each article, and an article that fails stops no other."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from services.normalizer.boilerplate import observe, without
from services.normalizer.line_counts import LineCounts
from services.normalizer.normalize import UTC_ZONE, Normalized, normalize_lines, warm_up
from shared.clock import Clock
from shared.contracts import NormalizedArticle, RawArticle
from shared.outcomes import Outcome, Poison, PoisonError, Publish, Reason, Received
from shared.positions import Span


class Normalizer:
    """Raw articles to normalized ones. Pure but for the clock, which only tells `pipeline.normalized_at`.

    With `line_counts`, lines that a source prints again and again are moved to `removed` as well: id and revision stay
    what they are without. `zones`: minutes east of Greenwich by source, for sources that write times without a zone and
    mean another than UTC.
    """

    def __init__(
        self,
        clock: Clock,
        version: str,
        line_counts: LineCounts | None = None,
        zones: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._clock = clock
        self._zones = dict(zones)
        self._version = version
        self._line_counts = line_counts
        warm_up()

    async def process(self, batch: Sequence[Received[RawArticle]], span: Span) -> list[Outcome[NormalizedArticle]]:
        """One outcome for each input, in order. Raises TransientError where the counts of lines are out of reach."""
        # In a thread: a batch of large pages takes seconds, in which heartbeats and probes must be answered.
        results = await asyncio.to_thread(lambda: [self._normalized(received) for received in batch])
        articles = await self._without_boilerplate(batch, results, span)
        return [
            Publish(articles[place]) if isinstance(result, Normalized) else result
            for place, result in enumerate(results)
        ]

    def _normalized(self, received: Received[RawArticle]) -> Normalized | Poison:
        try:
            return normalize_lines(
                received.article,
                received_ms=received.sent_ms,
                version=self._version,
                now=self._clock(),
                zone=self._zones.get(received.article.source, UTC_ZONE),
            )
        except PoisonError as poison:
            return Poison(poison.reason, poison.error)
        except Exception as exc:  # a defect on this one input: the others must flow, and it must be seen
            return Poison(Reason.FAILED, f"{type(exc).__name__}: {exc}")

    async def _without_boilerplate(
        self, batch: Sequence[Received[RawArticle]], results: Sequence[Normalized | Poison], span: Span
    ) -> dict[int, NormalizedArticle]:
        """The finished articles by their place in the batch."""
        done = {place: result for place, result in enumerate(results) if isinstance(result, Normalized)}
        if self._line_counts is None:
            return {place: result.article for place, result in done.items()}
        observed = [observe(result.article, result.story, batch[place].at.offset) for place, result in done.items()]
        counted = await self._line_counts.count(observed, span)
        return {
            place: without(result.article, result.story, one, counts)
            for (place, result), one, counts in zip(done.items(), observed, counted, strict=True)
        }
