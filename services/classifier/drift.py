"""Metrics of drift: the topic mix, abstentions and confidence by language, so that one sees when the model ages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from services.classifier.stage import Classified
from shared import metrics

OTHER_LANGUAGE = "other"
NO_TOPIC = "none"


class Drift:
    """An observer of the classifier. `languages`: those with a series of their own, the model's."""

    def __init__(self, languages: frozenset[str]) -> None:
        self._languages = languages

    def __call__(self, classified: Sequence[Classified]) -> None:
        """Counts a batch."""
        topics: Counter[tuple[str, str]] = Counter()
        abstentions: Counter[tuple[str, str]] = Counter()
        for one in classified:
            language = self._label(one.language)
            topics[language, one.answer.topics[0].slug if one.answer.topics else NO_TOPIC] += 1
            if one.answer.abstained is not None:
                abstentions[language, one.answer.abstained.value] += 1
            metrics.TOPIC_CONFIDENCE.labels(language).observe(one.answer.confidence)
        for (language, topic), count in topics.items():
            metrics.TOPICS.labels(language, topic).inc(count)
        for (language, reason), count in abstentions.items():
            metrics.TOPIC_ABSTENTIONS.labels(language, reason).inc(count)

    def _label(self, language: str) -> str:
        base = language.partition("-")[0]
        return base if base in self._languages else OTHER_LANGUAGE
