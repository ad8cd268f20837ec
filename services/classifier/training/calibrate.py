"""Fits the calibration to scores of articles that the model had not seen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression

from services.classifier.calibration import Calibration, best_other, membership
from services.classifier.figures import TopicLabels
from services.classifier.training.logistic import fit_logistic

Floats = npt.NDArray[np.float32]

_PENALTY = 3e-5  # on the mean loss: only against coefficients without bound
_SUREST = 0.999  # no finite set of articles shows certainty


def calibrate(scores: Floats, labels: TopicLabels) -> Calibration:
    """The calibration of out-of-fold scores; articles that are not news count as having no topic."""
    others = best_other(scores)
    fitted = np.array(
        [
            fit_logistic(np.column_stack((scores[:, topic], others[:, topic])), labels.either[:, topic], _PENALTY)
            for topic in range(scores.shape[1])
        ]
    ).astype(np.float32)
    own, other, offset = np.ascontiguousarray(fitted.T)
    unbent = Calibration(own, other, offset, np.array([0, 1], np.float32), np.array([0, 1], np.float32))
    rows, best = np.arange(len(scores)), scores.argmax(axis=1)
    curve = IsotonicRegression(y_min=0, y_max=_SUREST, out_of_bounds="clip").fit(
        membership(scores, unbent)[rows, best], labels.either[rows, best]
    )
    return Calibration(
        own, other, offset, curve.X_thresholds_.astype(np.float32), curve.y_thresholds_.astype(np.float32)
    )
