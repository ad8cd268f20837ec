"""Scores become probabilities without losing their order at the top."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from services.classifier.calibration import Calibration, best_other, probabilities, shifted
from services.classifier.figures import TopicLabels
from services.classifier.training.language_shifts import PRIOR, fit_shifts

TOPICS = 4
finite = st.floats(-3, 3, width=32)
rows = arrays(np.float32, st.tuples(st.integers(1, 5), st.just(TOPICS)), elements=finite)


def calibration(own: float = 2.0, other: float = -1.0) -> Calibration:
    def same(value: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        return np.full(TOPICS, value, np.float32)

    return Calibration(
        same(own), same(other), np.arange(TOPICS, dtype=np.float32), np.array([0.2, 0.9], np.float32),
        np.array([0.1, 0.95], np.float32),
    )  # fmt: skip


@given(rows)
def test_the_highest_score_has_the_highest_probability(
    scores: np.ndarray[tuple[int, int], np.dtype[np.float32]],
) -> None:
    found = probabilities(scores, calibration())
    assert np.array_equal(found.argmax(axis=1), scores.argmax(axis=1))
    assert ((found >= 0) & (found <= 1)).all()


def test_a_best_guess_is_read_from_the_curve() -> None:
    found = probabilities(np.array([[3, -1, -1, -1], [0.4, 0.2, 0.1, 0.0]], np.float32), calibration())
    assert found[0, 0] == np.float32(0.95)
    assert found[1, 0] < 0.95


def test_each_score_meets_the_best_of_the_others() -> None:
    assert best_other(np.array([[1, 3, 2]], np.float32)).tolist() == [[3, 2, 3]]
    assert best_other(np.array([[3, 3, 2]], np.float32)).tolist() == [[3, 3, 3]]


@given(rows, st.floats(-2, 2, width=32))
def test_a_shift_moves_the_best_guess_and_leaves_it_the_best(
    scores: np.ndarray[tuple[int, int], np.dtype[np.float32]], shift: float
) -> None:
    before = probabilities(scores, calibration())
    after = shifted(before, np.full(len(before), shift, np.float32))
    assert np.array_equal(after.argmax(axis=1), before.argmax(axis=1))
    best = np.arange(len(before)), before.argmax(axis=1)
    odds = after[best].astype(np.float64) / (1 - after[best].astype(np.float64))
    assert np.allclose(np.log(odds), np.log(before[best] / (1 - before[best].astype(np.float64))) + shift, atol=1e-2)
    assert (after <= np.maximum(before, after[best][:, None])).all()


def answers(right: int, wrong: int) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float32]], TopicLabels]:
    """Best guesses that are all .8 sure, so many of them right."""
    count = right + wrong
    found = np.tile(np.array([0.8, 0.1], np.float32), (count, 1))
    either = np.zeros((count, 2), np.bool_)
    either[:right, 0] = True
    return found, TopicLabels(np.zeros(count, np.int64), either)


def test_a_language_that_is_right_as_often_as_told_needs_no_shift() -> None:
    found, labels = answers(800, 200)
    assert fit_shifts(found, labels, ["de"] * 1000)["de"] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(("right", "wrong", "least", "most"), [(950, 50, 1.4, 1.56), (600, 400, -0.98, -0.9)])
def test_a_language_is_shifted_to_how_often_it_is_right(right: int, wrong: int, least: float, most: float) -> None:
    found, labels = answers(right, wrong)
    assert least < fit_shifts(found, labels, ["de"] * 1000)["de"] < most


def test_few_articles_shift_little() -> None:
    found, labels = answers(3, 0)
    assert 0 < fit_shifts(found, labels, ["de"] * 3)["de"] < 3 * 0.2 / PRIOR
