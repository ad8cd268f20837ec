"""From probabilities to the topics of an event: the best guess first, further ones after it, or an abstention."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from services.classifier.reading import Batch
from services.classifier.topic_table import MEDIA_TOPICS
from shared.contracts import Topic

Floats = npt.NDArray[np.float32]

_SCORE_DIGITS = 4


class TopicProbabilities(Protocol):
    """Anything that can tell topics: the built-in model, another model, a service elsewhere."""

    def knows(self, language: str) -> bool:
        """Whether it was made for this language, an ISO 639 code."""

    @property
    def threshold(self) -> float:
        """The least probability at which its best guess should be given."""

    @property
    def listed_from(self) -> float:
        """The least probability at which further topics should be given."""

    def probabilities(self, batch: Batch) -> Floats:
        """Articles × the 17 topics in the order of MEDIA_TOPICS: that it is a topic of the article.

        Raises TransientError where something that it needs is away: the batch is tried again.
        """


class Abstained(StrEnum):
    """Why an article was given no topic."""

    LANGUAGE = "language"  # not one that the model was made for
    THRESHOLD = "threshold"  # the best guess is not sure enough


@dataclass(frozen=True, slots=True)
class TopicAnswer:
    """The topics of one article, best first; `confidence`: the best guess's probability, given or not."""

    topics: tuple[Topic, ...]
    confidence: float
    abstained: Abstained | None


def answer(batch: Batch, model: TopicProbabilities, threshold: float | None) -> list[TopicAnswer]:
    """One answer for each article. `threshold`: None takes the model's, 0 never abstains, in no language."""
    if not batch.articles:
        return []
    least = model.threshold if threshold is None else threshold
    probabilities = model.probabilities(batch)
    best = probabilities.argmax(axis=1).tolist()
    listed = probabilities >= np.float32(model.listed_from)
    return [
        _answer(article.language.code, guess, row, wide, model, least)
        for article, guess, row, wide in zip(batch.articles, best, probabilities.tolist(), listed.tolist(), strict=True)
    ]


def _answer(
    language: str, best: int, row: list[float], listed: list[bool], model: TopicProbabilities, threshold: float
) -> TopicAnswer:
    confidence = row[best]
    if threshold > 0:
        if not model.knows(language):
            return TopicAnswer((), confidence, Abstained.LANGUAGE)
        if confidence < threshold:
            return TopicAnswer((), confidence, Abstained.THRESHOLD)
    further = [topic for topic, given in enumerate(listed) if given and topic != best]
    further.sort(key=lambda topic: -row[topic])
    return TopicAnswer(tuple(_topic(topic, row[topic]) for topic in (best, *further)), confidence, None)


def _topic(index: int, probability: float) -> Topic:
    topic = MEDIA_TOPICS[index]
    return Topic(code=topic.code, slug=topic.slug, name=topic.name, score=round(probability, _SCORE_DIGITS))
