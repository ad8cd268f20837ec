"""What words and pairs of words tell of countries beyond the gazetteer: leaders, ministries, towns, parties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.classifier.occurrences import count_occurrences
from services.classifier.row_table import RowTable
from services.classifier.tokens import ZONE_BITS, Tokens

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
    """Every occurrence of every phrase: article and bucket."""

    articles: npt.NDArray[np.uint32]
    buckets: npt.NDArray[np.int64]


def phrases(tokens: Tokens) -> Phrases:
    """The words and pairs of a batch."""
    articles = np.concatenate((tokens.words.places, tokens.pairs.places)) >> ZONE_BITS
    hashes = np.concatenate((tokens.words.hashes, tokens.pairs.hashes))
    return Phrases(articles, (hashes >> _SHIFT).astype(np.int64))


class LearntNames:
    """Scores articles by their phrases."""

    def __init__(self, weights: LearntWeights) -> None:
        self.codes = weights.codes
        self._table = RowTable(weights.buckets, PHRASE_BITS)
        self._lengths = weights.lengths.astype(np.float64)
        self._countries = weights.countries
        self._weights = weights.weights.astype(np.float64)
        self._bias = weights.bias

    def scores(self, tokens: Tokens) -> Floats:
        """Articles × codes: about 1 for what an article is about, 0 for the rest."""
        all_phrases = phrases(tokens)
        hits = self._table.find(all_phrases.buckets)
        found = count_occurrences(all_phrases.articles.take(hits.places), hits.rows)
        articles, rows = found.articles.astype(np.int64), found.rows
        lengths = self._lengths.take(rows)
        square = np.bincount(articles, weights=lengths * lengths, minlength=tokens.articles)
        values = lengths / np.sqrt(np.maximum(square, 1e-9)).take(articles)
        cells = articles[:, None] * len(self.codes) + self._countries.take(rows, axis=0)
        sums = np.bincount(
            cells.ravel(),
            weights=(self._weights.take(rows, axis=0) * values[:, None]).ravel(),
            minlength=tokens.articles * len(self.codes),
        )
        return (sums.reshape(tokens.articles, len(self.codes)) + self._bias).astype(np.float32)
