"""The classifier as a stage: topics and countries of a batch, one outcome for each article."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from services.classifier.countries.finder import load_country_finder
from services.classifier.model_files import load_topic_model
from services.classifier.reading import Batch, read
from services.classifier.topics import TopicAnswer, TopicProbabilities, answer
from shared.clock import Clock, rfc3339
from shared.contracts import ClassifiedArticle, Country, NormalizedArticle
from shared.outcomes import Outcome, Poison, Publish, Reason, Received, TransientError


@dataclass(frozen=True, slots=True)
class Classified:
    """What is told to the observer of each article: its language, and the answer on its topics."""

    language: str
    answer: TopicAnswer


class Countries(Protocol):
    """Anything that can tell which countries an article is about."""

    def find(self, batch: Batch) -> Sequence[Sequence[Country]]:
        """For each article its countries, best first."""


ARTICLES_AT_ONCE = 128
"""From 100 on an article costs the same; with 256 a process takes 24 MiB more."""

Observer = Callable[[Sequence[Classified]], None]


def _ignore(_: Sequence[Classified]) -> None: ...


class Classifier:
    """Stage from `articles.normalized` to `articles.classified`.

    `model` and `countries`: the built-in ones where none is given; loading them raises ModelError where their files
    are missing or damaged.
    `threshold`: below this probability of the best guess no topic is given; None takes the model's own, 0 always
    gives the best guess. `observe` is told of every article that is published, for metrics of drift.
    """

    def __init__(
        self,
        clock: Clock,
        threshold: float | None = None,
        *,
        model: TopicProbabilities | None = None,
        countries: Countries | None = None,
        observe: Observer = _ignore,
    ) -> None:
        self._model: TopicProbabilities = load_topic_model() if model is None else model
        self._countries: Countries = load_country_finder() if countries is None else countries
        self._clock = clock
        self._threshold = threshold
        self._observe = observe

    async def process(self, batch: Sequence[Received[NormalizedArticle]]) -> Sequence[Outcome[ClassifiedArticle]]:
        """One outcome for each input, in order. Works in a thread, so that the event loop stays awake."""
        return await asyncio.to_thread(self.classify, [received.article for received in batch])

    def classify(self, articles: Sequence[NormalizedArticle]) -> list[Outcome[ClassifiedArticle]]:
        """One outcome for each article, in order. Raises TransientError where the model is away."""
        outcomes: list[Outcome[ClassifiedArticle]] = []
        for start in range(0, len(articles), ARTICLES_AT_ONCE):
            outcomes += self._classify_some(articles[start : start + ARTICLES_AT_ONCE])
        return outcomes

    def _classify_some(self, articles: Sequence[NormalizedArticle]) -> list[Outcome[ClassifiedArticle]]:
        try:
            return self._publish(articles)
        except TransientError:
            raise
        except Exception:
            # Whichever article it was must not take the batch with it: each is tried alone.
            return [self._classify_alone(article) for article in articles]

    def _classify_alone(self, article: NormalizedArticle) -> Outcome[ClassifiedArticle]:
        try:
            return self._publish([article])[0]
        except TransientError:
            raise
        except Exception as error:
            return Poison(Reason.FAILED, f"classifier: {type(error).__name__}: {error}")

    def _publish(self, articles: Sequence[NormalizedArticle]) -> list[Outcome[ClassifiedArticle]]:
        batch = read(articles)
        answers = answer(batch, self._model, self._threshold)
        countries = self._countries.find(batch)
        now = rfc3339(self._clock())
        published: list[Outcome[ClassifiedArticle]] = [
            Publish(_classified(article, found, places, now))
            for article, found, places in zip(articles, answers, countries, strict=True)
        ]
        self._observe(
            [Classified(article.language.code, found) for article, found in zip(articles, answers, strict=True)]
        )
        return published


def _classified(
    article: NormalizedArticle, topics: TopicAnswer, countries: Sequence[Country], now: str
) -> ClassifiedArticle:
    return ClassifiedArticle(
        id=article.id,
        source=article.source,
        url=article.url,
        title=article.title,
        text=article.text,
        removed=article.removed,
        author=article.author,
        tags=article.tags,
        language=article.language,
        published=article.published,
        fetched_at=article.fetched_at,
        attribution=article.attribution,
        metadata=article.metadata,
        extra=article.extra,
        pipeline=msgspec.structs.replace(article.pipeline, classified_at=now),
        revision_hash=article.revision_hash,
        topics=list(topics.topics),
        countries=list(countries),
    )
