"""What is measured of topics and of countries against a reader's labels: the same in training, tests and by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from services.classifier.labelled import LabelledArticle
from services.classifier.topic_table import SLUGS

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

CALIBRATION_BINS = 15
COVERAGE = 0.85
"""The share of articles, the surest first, that `precision_at_coverage` is measured on."""


class TopicFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Topics of a set of articles; shares of 1. The best guess counts, whatever its score, but for the last two.

    `either`: the best guess is the primary or a secondary topic. `top2`: the primary is among the best two.
    `calibration_error`: expected, of the best guess's score, in 15 equal bins. `precision_*`: as `either`.
    """

    articles: int
    accuracy: float
    macro_f1: float
    either: float
    top2: float
    calibration_error: float
    precision_at_coverage: float
    coverage: float
    precision_at_threshold: float


class ClassFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One topic or country: how many have it, and how well it is found."""

    articles: int
    precision: float
    recall: float
    f1: float


class CountryFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Countries of a set of articles, micro-averaged over all (article, country) pairs; `exact`: the whole set."""

    articles: int
    precision: float
    recall: float
    f1: float
    exact: float


@dataclass(frozen=True, slots=True)
class TopicLabels:
    """Labels as arrays: `primary` (articles; -1: not news) and `either` (articles × topics)."""

    primary: Ints
    either: Bools

    def of(self, rows: Ints) -> TopicLabels:
        """The labels of some articles."""
        return TopicLabels(self.primary[rows], self.either[rows])


def topic_labels(articles: Sequence[LabelledArticle]) -> TopicLabels:
    """The topics of labelled articles; labels that are no Media Topic count as not news."""
    column: dict[str, int] = {slug: index for index, slug in enumerate(SLUGS)}
    primary = np.array([column.get(article.primary, -1) for article in articles], np.int64)
    either = np.zeros((len(articles), len(SLUGS)), np.bool_)
    for row, article in enumerate(articles):
        for slug in (article.primary, *article.secondary):
            if slug in column:
                either[row, column[slug]] = True
    return TopicLabels(primary, either)


def topic_figures(probabilities: Floats, labels: TopicLabels, threshold: float) -> TopicFigures:
    """Figures of articles × topics probabilities; articles that are not news are left out."""
    news = np.flatnonzero(labels.primary >= 0)
    probabilities, labels = probabilities[news], labels.of(news)
    best = probabilities.argmax(axis=1)
    score = probabilities.max(axis=1)
    rows = np.arange(len(best))
    right = labels.either[rows, best]
    second = np.argsort(-probabilities, axis=1, kind="stable")[:, :2]
    answered = score >= threshold
    surest = np.argsort(-score, kind="stable")[: max(1, round(COVERAGE * len(best)))]
    return TopicFigures(
        articles=len(best),
        accuracy=_share(best == labels.primary),
        macro_f1=_macro_f1(best, labels.primary),
        either=_share(right),
        top2=_share((second == labels.primary[:, None]).any(axis=1)),
        calibration_error=calibration_error(score, right),
        precision_at_coverage=_share(right[surest]),
        coverage=_share(answered),
        precision_at_threshold=_share(right[answered]),
    )


def figures_by_topic(probabilities: Floats, labels: TopicLabels) -> dict[str, ClassFigures]:
    """For each topic with articles: how the best guess fares as the primary topic."""
    news = np.flatnonzero(labels.primary >= 0)
    best, primary = probabilities[news].argmax(axis=1), labels.primary[news]
    return {
        slug: _class_figures(best == topic, primary == topic)
        for topic, slug in enumerate(SLUGS)
        if (primary == topic).any()
    }


def country_figures(found: Sequence[Sequence[str]], articles: Sequence[LabelledArticle]) -> CountryFigures:
    """Figures of the countries found for each article, in order of `articles`."""
    hits = given = wanted = exact = 0
    for codes, article in zip(found, articles, strict=True):
        right = set(article.countries)
        hits += len(right & set(codes))
        given += len(set(codes))
        wanted += len(right)
        exact += right == set(codes)
    return CountryFigures(
        articles=len(articles),
        precision=_round(hits / max(1, given)),
        recall=_round(hits / max(1, wanted)),
        f1=_round(2 * hits / max(1, given + wanted)),
        exact=_round(exact / max(1, len(articles))),
    )


def calibration_error(scores: Floats, right: Bools) -> float:
    """Expected calibration error: |mean score - share right| of 15 equal bins, weighted by their articles."""
    if not len(scores):
        return 0.0
    bins = np.minimum((scores * CALIBRATION_BINS).astype(np.int64), CALIBRATION_BINS - 1)
    gaps = np.bincount(bins, weights=scores.astype(np.float64) - right, minlength=CALIBRATION_BINS)
    return _round(float(np.abs(gaps).sum()) / len(scores))


def _class_figures(guessed: Bools, true: Bools) -> ClassFigures:
    hits = int((guessed & true).sum())
    return ClassFigures(
        articles=int(true.sum()),
        precision=_round(hits / max(1, int(guessed.sum()))),
        recall=_round(hits / max(1, int(true.sum()))),
        f1=_round(2 * hits / max(1, int(guessed.sum() + true.sum()))),
    )


def _macro_f1(best: Ints, primary: Ints) -> float:
    """Mean F1 of the topics that occur."""
    figures = [_class_figures(best == topic, primary == topic).f1 for topic in np.unique(primary)]
    return _round(sum(figures) / max(1, len(figures)))


def _share(right: Bools) -> float:
    return _round(float(right.mean())) if len(right) else 0.0


def _round(share: float) -> float:
    return round(share, 4)
