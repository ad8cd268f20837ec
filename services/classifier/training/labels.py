"""What the regression is asked to reproduce."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.classifier.figures import TopicLabels

_PRIMARY = 1.0
_SECONDARY = -0.4  # measured: .4, 0 and -.3 were worse; the best guess is a listed topic more often
_ABSENT = -1.0


def targets(labels: TopicLabels) -> npt.NDArray[np.float32]:
    """Articles × topics: 1 for the primary topic, -.4 for a secondary one, -1 for the others."""
    wanted = np.where(labels.either, _SECONDARY, _ABSENT).astype(np.float32)
    news = np.flatnonzero(labels.primary >= 0)
    wanted[news, labels.primary[news]] = _PRIMARY
    return wanted


def importance(labels: TopicLabels) -> npt.NDArray[np.float32]:
    """How much each article counts: rare topics more, by the root of how rare. Every article must have a topic.

    Measured on two folds: .001 of accuracy and of macro-F1, .002 of precision at coverage .85.
    """
    articles = np.bincount(labels.primary, minlength=labels.either.shape[1])
    typical = np.median(articles[articles > 0])
    return np.sqrt(typical / articles[labels.primary]).astype(np.float32)
