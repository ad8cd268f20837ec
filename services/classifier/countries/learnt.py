"""What words and pairs of words tell of countries beyond the gazetteer: leaders, ministries, towns, parties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.classifier.tokens import ZONES, Tokens, pairs

Floats = npt.NDArray[np.float32]

PHRASE_BITS = 22
_SHIFT = np.uint64(64 - PHRASE_BITS)

COUNTRIES_PER_PHRASE = 3
"""Of each phrase's weights only the largest are kept: .002 of F1 for a twentieth of the size."""


@dataclass(frozen=True, slots=True)
class LearntWeights:
    """Phrases as ascending buckets, what each adds to its article's length, and its weights for three countries.

    `codes`: the countries learnt. `countries` (phrases × 3): index into `codes`. `bias`: of each of `codes`.
    """

    codes: tuple[str, ...]
    buckets: npt.NDArray[np.uint32]
    lengths: npt.NDArray[np.float16]
    countries: npt.NDArray[np.uint8]
    weights: npt.NDArray[np.float16]
    bias: Floats


@dataclass(frozen=True, slots=True)
class Phrases:
    """Each phrase of each article once: article and bucket, ascending."""

    articles: npt.NDArray[np.int64]
    buckets: npt.NDArray[np.int64]


def phrases(tokens: Tokens) -> Phrases:
    """The words and pairs of a batch."""
    couples = pairs(tokens.words)
    articles = np.concatenate((tokens.words.places, couples.places)).astype(np.uint64) // np.uint64(ZONES)
    hashes = np.concatenate((tokens.words.hashes, couples.hashes))
    keys = articles << np.uint64(PHRASE_BITS) | hashes >> _SHIFT
    keys.sort()
    keys = keys[np.concatenate((np.ones(1, np.bool_), keys[1:] != keys[:-1]))] if len(keys) else keys
    return Phrases(
        (keys >> np.uint64(PHRASE_BITS)).astype(np.int64),
        (keys & np.uint64((1 << PHRASE_BITS) - 1)).astype(np.int64),
    )


class LearntNames:
    """Scores articles by their phrases."""

    def __init__(self, weights: LearntWeights) -> None:
        self.codes = weights.codes
        self._row = np.full(1 << PHRASE_BITS, -1, np.int32)
        self._row[weights.buckets] = np.arange(len(weights.buckets), dtype=np.int32)
        self._lengths = weights.lengths.astype(np.float32)
        self._countries = weights.countries
        self._weights = weights.weights.astype(np.float32)
        self._bias = weights.bias

    def scores(self, tokens: Tokens) -> Floats:
        """Articles × codes: about 1 for what an article is about, 0 for the rest."""
        found = phrases(tokens)
        rows = self._row[found.buckets]
        known = np.flatnonzero(rows >= 0)
        rows, articles = rows[known], found.articles[known]
        lengths = self._lengths[rows]
        square = np.bincount(articles, weights=lengths * lengths, minlength=tokens.articles)
        values = lengths / np.sqrt(np.maximum(square, 1e-9))[articles]
        cells = articles[:, None] * len(self.codes) + self._countries[rows]
        sums = np.bincount(
            cells.ravel(),
            weights=(self._weights[rows] * values[:, None]).ravel(),
            minlength=tokens.articles * len(self.codes),
        )
        return (sums.reshape(tokens.articles, len(self.codes)) + self._bias).astype(np.float32)
