"""The measures, on cases small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest

from services.classifier.figures import (
    calibration_error,
    country_figures,
    figures_by_topic,
    topic_figures,
    topic_labels,
)
from services.classifier.labelled import LabelledArticle
from services.classifier.topic_table import SLUGS

COLUMN: dict[str, int] = {slug: column for column, slug in enumerate(SLUGS)}


def labelled(primary: str, *secondary: str, countries: tuple[str, ...] = ()) -> LabelledArticle:
    return LabelledArticle(source="s", lang="ar", primary=primary, secondary=list(secondary), countries=list(countries))


def probabilities(*rows: dict[str, float]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    table = np.zeros((len(rows), len(SLUGS)), np.float32)
    for row, scores in zip(table, rows, strict=True):
        for slug, score in scores.items():
            row[COLUMN[slug]] = score
    return table


ARTICLES = [labelled("pol", "ebf"), labelled("spo"), labelled("pol"), labelled("none")]
FOUND = probabilities({"ebf": 0.8, "pol": 0.7}, {"spo": 0.9}, {"spo": 0.4}, {"spo": 1.0})


def test_topics() -> None:
    figures = topic_figures(FOUND, topic_labels(ARTICLES), threshold=0.8)
    assert figures.articles == 3
    assert figures.accuracy == pytest.approx(1 / 3, abs=1e-4)
    assert figures.either == pytest.approx(2 / 3, abs=1e-4)
    assert figures.top2 == pytest.approx(2 / 3, abs=1e-4)
    assert figures.macro_f1 == pytest.approx((0 + 2 / 3) / 2, abs=1e-4)
    assert figures.coverage == pytest.approx(2 / 3, abs=1e-4)
    assert figures.precision_at_threshold == 1


def test_topics_one_by_one() -> None:
    found = figures_by_topic(FOUND, topic_labels(ARTICLES))
    assert set(found) == {"pol", "spo"}
    assert (found["spo"].articles, found["spo"].precision, found["spo"].recall) == (1, 0.5, 1)
    assert (found["pol"].articles, found["pol"].precision, found["pol"].recall) == (2, 0, 0)


def test_calibration() -> None:
    scores = np.array([0.81, 0.81, 0.1], np.float32)
    assert calibration_error(scores, np.array([True, False, False])) == pytest.approx((0.62 + 0.1) / 3, abs=1e-3)
    assert calibration_error(np.array([1.0], np.float32), np.array([True])) == 0


def test_countries() -> None:
    articles = [labelled("pol", countries=("SY", "RU")), labelled("pol"), labelled("pol", countries=("EG",))]
    figures = country_figures([["SY", "US"], [], ["EG"]], articles)
    assert (figures.precision, figures.recall, figures.f1) == (0.6667, 0.6667, 0.6667)
    assert figures.exact == 0.6667
