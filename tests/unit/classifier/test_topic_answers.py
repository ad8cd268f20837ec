"""When topics are given, in which order, and when none is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from services.classifier.reading import Batch, read
from services.classifier.topic_table import SLUGS
from services.classifier.topics import Abstained, answer
from tests.unit.classifier.samples import article

LEAST = 0.7


class Fixed:
    """Always the same probabilities."""

    threshold = LEAST
    listed_from = 0.4

    def __init__(self, **probabilities: float) -> None:
        self._row = np.full(len(SLUGS), 0.01, np.float32)
        for slug, probability in probabilities.items():
            self._row[SLUGS.index(slug)] = probability

    def knows(self, language: str) -> bool:
        return language == "ar"

    def probabilities(self, batch: Batch) -> npt.NDArray[np.float32]:
        return np.tile(self._row, (len(batch.articles), 1))


def batch(language: str = "ar") -> Batch:
    return read([article("t", "x", language=language)])


def test_the_best_topic_is_first_and_further_ones_follow_in_order() -> None:
    (found,) = answer(batch(), Fixed(pol=0.9, ebf=0.5, cwp=0.6), None)
    assert [topic.slug for topic in found.topics] == ["pol", "cwp", "ebf"]
    assert found.topics[0].code == "medtop:11000000"
    assert found.topics[0].name == "politics and government"
    assert found.abstained is None


@pytest.mark.parametrize(("probability", "slugs"), [(0.4, ["pol", "ebf"]), (0.39, ["pol"])])
def test_further_topics_are_listed_from_their_own_least(probability: float, slugs: list[str]) -> None:
    (found,) = answer(batch(), Fixed(pol=0.9, ebf=probability), None)
    assert [topic.slug for topic in found.topics] == slugs


@pytest.mark.parametrize(
    ("probability", "threshold", "abstained"),
    [
        (0.70001, None, None),
        (0.69999, None, Abstained.THRESHOLD),
        (0.5001, 0.5, None),
        (0.4999, 0.5, Abstained.THRESHOLD),
        (0.02, 0.0, None),
    ],
)
def test_no_topic_below_the_threshold(probability: float, threshold: float | None, abstained: Abstained | None) -> None:
    (found,) = answer(batch(), Fixed(pol=probability), threshold)
    assert found.abstained is abstained
    assert bool(found.topics) is (abstained is None)
    assert found.confidence == pytest.approx(probability)


def test_languages_that_were_not_learnt_get_no_topic_and_say_so() -> None:
    (found,) = answer(batch("sw"), Fixed(pol=0.99), None)
    assert (found.topics, found.abstained) == ((), Abstained.LANGUAGE)


def test_a_threshold_of_zero_always_gives_the_best_guess() -> None:
    (found,) = answer(batch("sw"), Fixed(pol=0.2), 0)
    assert [topic.slug for topic in found.topics] == ["pol"]


def test_no_articles_no_answers() -> None:
    assert answer(read([]), Fixed(), None) == []
