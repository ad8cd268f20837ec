"""Scores become probabilities without losing their order at the top."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from services.classifier.calibration import Calibration, best_other, probabilities

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
