"""From regression scores to probabilities that keep the scores' order at the top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Scores = npt.NDArray[np.floating[Any]]


_LEAST = 1e-4  # the log-odds of 0 and 1 are without bound


@dataclass(frozen=True, slots=True)
class Calibration:
    """Per topic a logistic on its score and on the best score among the others; then a curve for the best guess.

    `own`, `other`, `offset`: topics. `curve_from`, `curve_to`: the knots of an increasing curve.
    """

    own: Floats
    other: Floats
    offset: Floats
    curve_from: Floats
    curve_to: Floats


def best_other(scores: Scores) -> Scores:
    """For each score the best one among the article's other topics; articles × topics."""
    ordered = np.partition(scores, -2, axis=1)
    first, second = ordered[:, -1:], ordered[:, -2:-1]
    return np.where(scores == first, second, first)


def membership(scores: Scores, calibration: Calibration) -> Floats:
    """Articles × topics: the probability that it is a topic of the article, before what is known of best guesses."""
    logits = scores * calibration.own + best_other(scores) * calibration.other + calibration.offset
    return (1 / (1 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32)


def probabilities(scores: Scores, calibration: Calibration) -> Floats:
    """Articles × topics: the probability that it is a topic of the article, primary or secondary.

    The topic of the highest score is the best guess (ordering by membership instead cost .005 of accuracy), so no
    other topic is given more than it.
    """
    best = scores.argmax(axis=1)
    rows = np.arange(len(scores))
    found = membership(scores, calibration)
    top = np.interp(found[rows, best], calibration.curve_from, calibration.curve_to).astype(np.float32)
    capped: Floats = np.minimum(found, np.nextafter(top, np.float32(0))[:, None])
    capped[rows, best] = top
    return capped


def shifted(found: Floats, shifts: Floats) -> Floats:
    """Probabilities with each best guess moved by its article's shift (in log-odds); no other topic exceeds it."""
    rows, best = np.arange(len(found)), found.argmax(axis=1)
    sure = np.clip(found[rows, best].astype(np.float64), _LEAST, 1 - _LEAST)
    top = (1 / (1 + (1 - sure) / sure * np.exp(-shifts.astype(np.float64)))).astype(np.float32)
    moved: Floats = np.minimum(found, np.nextafter(top, np.float32(0))[:, None])
    moved[rows, best] = top
    return moved
