"""Rounds fitted weights to one byte each, with one scale for each n-gram."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.classifier.ngrams import BUCKET_BITS
from services.classifier.training.features import Vocabulary
from services.classifier.weights import SCALE_UNIT, BlockWeights

_LARGEST = 127


def quantise(vocabulary: Vocabulary, weights: npt.NDArray[np.float32]) -> BlockWeights:
    """The block as it is stored. Measured out of fold, the rounding cost nothing."""
    kept = np.zeros(1 << BUCKET_BITS, np.bool_)
    kept[vocabulary.buckets] = True
    steps = np.maximum(np.abs(weights).max(axis=1), 1e-12) / _LARGEST
    return BlockWeights(
        kept=np.packbits(kept, bitorder="little"),
        lengths=vocabulary.weights.astype(np.float16),
        scales=(steps * vocabulary.weights * SCALE_UNIT).astype(np.float16),
        topics=np.rint(weights / steps[:, None]).astype(np.int8),
    )
