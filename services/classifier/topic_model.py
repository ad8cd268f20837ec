"""Scores and probabilities of the 17 topics for a batch of articles, from hashed n-grams and int8 weights."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.classifier.calibration import probabilities
from services.classifier.ngrams import Grams, extract
from services.classifier.tokens import Tokens
from services.classifier.weights import SCALE_UNIT, BlockWeights, TopicWeights

Floats = npt.NDArray[np.float32]

BLOCK_SCALES = (0.5, 1.0, 0.5)
"""Length of the title's, body's and lead's vectors; measured on two folds, whole sources held out."""

_ROW_BITS = 20  # of a 32-bit key; above it the article

MOST_ARTICLES = 1 << (32 - _ROW_BITS)
"""The largest batch that can be scored at once; the fastest, by what the processor's cache holds, is 100 to 200."""

_MOST_COUNT = 1 << 12


class _Block:
    """One block, ready to score: bucket → row by one look into a table."""

    def __init__(self, weights: BlockWeights, scale: float) -> None:
        buckets = np.flatnonzero(np.unpackbits(weights.kept, bitorder="little"))
        self._row = np.full(len(weights.kept) * 8, -1, np.int32)
        self._row[buckets] = np.arange(len(buckets), dtype=np.int32)
        self._lengths = weights.lengths.astype(np.float32)
        self._scales = weights.scales.astype(np.float32) / np.float32(SCALE_UNIT)
        self._topics = weights.topics
        self._scale = np.float32(scale)

    def add_scores(self, grams: Grams, scores: Floats) -> None:
        rows = self._row.take(grams.bucket)
        hits = np.flatnonzero(rows >= 0)
        if not len(hits):
            return
        keys = grams.article.take(hits) << np.uint32(_ROW_BITS) | rows.take(hits).view(np.uint32)
        keys.sort()
        first = np.flatnonzero(np.concatenate((np.ones(1, np.bool_), keys[1:] != keys[:-1])))
        counts = np.diff(first, append=len(keys))
        keys = keys.take(first)
        rows = (keys & np.uint32((1 << _ROW_BITS) - 1)).view(np.int32)
        ends = np.searchsorted(keys, np.arange(1, len(scores) + 1, dtype=np.uint32) << np.uint32(_ROW_BITS))
        ends[-1] = len(keys)
        frequencies = _LOG_COUNT.take(np.minimum(counts, _MOST_COUNT - 1))
        lengths = frequencies * self._lengths.take(rows)
        values = frequencies * self._scales.take(rows)
        topics = self._topics.take(rows, axis=0).astype(np.float32)
        start = 0
        for article, end in enumerate(ends.tolist()):
            if end > start:
                length = lengths[start:end]
                factor = self._scale / np.sqrt(length @ length)
                scores[article] += (values[start:end] @ topics[start:end]) * factor
            start = end


_LOG_COUNT = np.zeros(_MOST_COUNT, np.float32)
_LOG_COUNT[1:] = 1 + np.log(np.arange(1, _MOST_COUNT))


class TopicModel:
    """The linear topic model of `services.classifier.training`."""

    def __init__(self, weights: TopicWeights) -> None:
        self._title, self._body, self._lead = (
            _Block(block, scale)
            for block, scale in zip((weights.title, weights.body, weights.lead), BLOCK_SCALES, strict=True)
        )
        self._bias = weights.bias
        self._calibration = weights.calibration

    def scores(self, tokens: Tokens) -> Floats:
        """Articles × topics: the raw regression, about +1 for the primary topic and -1 for what is absent."""
        scores = np.tile(self._bias, (tokens.articles, 1))
        if not tokens.articles:
            return scores
        blocks = extract(tokens)
        self._title.add_scores(blocks.title, scores)
        self._body.add_scores(blocks.body, scores)
        self._lead.add_scores(blocks.lead, scores)
        return scores

    def probabilities(self, tokens: Tokens) -> Floats:
        """Articles × topics: the probability that it is a topic, primary or secondary, of the article."""
        return probabilities(self.scores(tokens), self._calibration)
