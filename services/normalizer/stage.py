"""The normalizer as a stage: one outcome for each article, and an article that fails stops no other."""

from __future__ import annotations

from collections.abc import Sequence

from services.normalizer.normalize import normalize, warm_up
from shared.clock import Clock
from shared.contracts import NormalizedArticle, RawArticle
from shared.outcomes import Outcome, Poison, PoisonError, Publish, Reason, Received


class Normalizer:
    """Raw articles to normalized ones. Pure but for the clock, which only tells `pipeline.normalized_at`."""

    def __init__(self, clock: Clock, version: str) -> None:
        self._clock = clock
        self._version = version
        warm_up()

    async def process(self, batch: Sequence[Received[RawArticle]]) -> list[Outcome[NormalizedArticle]]:
        """One outcome for each input, in order."""
        return [self._outcome(received) for received in batch]

    def _outcome(self, received: Received[RawArticle]) -> Outcome[NormalizedArticle]:
        try:
            return Publish(
                normalize(received.article, received_ms=received.sent_ms, version=self._version, now=self._clock())
            )
        except PoisonError as poison:
            return Poison(poison.reason, poison.error)
        except Exception as exc:  # a defect on this one input: the others must flow, and it must be seen
            return Poison(Reason.FAILED, f"{type(exc).__name__}: {exc}")
