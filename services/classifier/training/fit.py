"""Fits the linear topic model to counts: chooses n-grams, weighs them, solves the regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from services.classifier.figures import TopicLabels
from services.classifier.topic_model import BLOCK_SCALES
from services.classifier.training.counts import BlockCounts
from services.classifier.training.features import Vocabulary, choose, vectors
from services.classifier.training.labels import importance, targets
from services.classifier.training.ridge import solve

Floats = npt.NDArray[np.float32]

_SIZES = (60_000, 360_000, 100_000)  # n-grams kept of title, body and lead: 520,000 × 17 bytes is what fits in 15 MB
_PENALTY = 0.25


@dataclass(frozen=True, slots=True)
class FittedModel:
    """For each block its n-grams and their weights (n-grams × topics); `bias`: topics."""

    vocabularies: tuple[Vocabulary, ...]
    weights: tuple[Floats, ...]
    bias: Floats


def fit(counts: BlockCounts, labels: TopicLabels) -> FittedModel:
    """The model of these articles; those that are not news are left out."""
    news = np.flatnonzero(labels.primary >= 0)
    counts, labels = counts.rows(news), labels.of(news)
    vocabularies = tuple(
        choose(block, labels.primary, labels.either.shape[1], size) for block, size in zip(counts, _SIZES, strict=True)
    )
    root = np.sqrt(importance(labels))
    features = sparse.diags(root).dot(_features(counts, vocabularies)).tocsr().astype(np.float32)
    solution = solve(features, targets(labels) * root[:, None], _PENALTY)
    ends = np.cumsum([len(vocabulary.buckets) for vocabulary in vocabularies])
    parts = np.split(solution, ends)
    return FittedModel(vocabularies, tuple(parts[:-1]), parts[-1][0])


def scores(model: FittedModel, counts: BlockCounts) -> Floats:
    """Articles × topics: the regression before any rounding of weights."""
    found: Floats = _features(counts, model.vocabularies) @ np.concatenate((*model.weights, model.bias[None, :]))
    return found


def _features(counts: BlockCounts, vocabularies: tuple[Vocabulary, ...]) -> sparse.csr_matrix:
    blocks = [
        vectors(block, vocabulary, scale)
        for block, vocabulary, scale in zip(counts, vocabularies, BLOCK_SCALES, strict=True)
    ]
    ones = np.ones((blocks[0].shape[0], 1), np.float32)
    return sparse.hstack([*blocks, ones], format="csr", dtype=np.float32)
