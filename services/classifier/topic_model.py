"""Scores and probabilities of the 17 topics for a batch of articles, from hashed n-grams and int8 weights."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.classifier.calibration import probabilities
from services.classifier.ngrams import BUCKET_BITS, Grams, extract
from services.classifier.occurrences import count_occurrences
from services.classifier.row_table import RowTable
from services.classifier.tokens import Tokens
from services.classifier.weights import SCALE_UNIT, BlockWeights, TopicWeights

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

BLOCK_SCALES = (0.5, 1.0, 0.5)
"""Length of the title's, body's and lead's vectors; measured on two folds, whole sources held out."""

_ROW_BYTES = 32
_LENGTH, _SCALE, _TOPICS = slice(0, 4), slice(4, 8), 8
_MOST_COUNT = 1 << 12


class _Block:
    """One block, ready to score: bucket → row by one look into a table, and a row's numbers in one half cache line."""

    def __init__(self, weights: BlockWeights, scale: float) -> None:
        buckets = np.flatnonzero(np.unpackbits(weights.kept, bitorder="little"))
        self._table = RowTable(buckets, BUCKET_BITS)
        rows = np.zeros((len(buckets), _ROW_BYTES), np.int8)
        rows[:, _LENGTH] = weights.lengths.astype(np.float32)[:, None].view(np.int8)
        rows[:, _SCALE] = (weights.scales.astype(np.float32) / np.float32(SCALE_UNIT))[:, None].view(np.int8)
        rows[:, _TOPICS : _TOPICS + weights.topics.shape[1]] = weights.topics
        self._rows = rows.view(np.float64)
        self._topics = slice(_TOPICS, _TOPICS + weights.topics.shape[1])
        self._scale = scale

    def add_scores(self, grams: Grams, scores: Doubles) -> None:
        hits = self._table.find(grams.bucket)
        found = count_occurrences(grams.article.take(hits.places), hits.rows)
        ends = np.searchsorted(found.articles, np.arange(1, len(scores) + 1))
        frequencies = _LOG_COUNT.take(np.minimum(found.counts, _MOST_COUNT - 1))
        rows = self._rows.take(found.rows, axis=0).view(np.int8)
        lengths = frequencies * rows[:, _LENGTH].view(np.float32)[:, 0]
        values = frequencies * rows[:, _SCALE].view(np.float32)[:, 0]
        topics = rows[:, self._topics]
        start = 0
        for article, end in enumerate(ends.tolist()):
            if end > start:
                length = lengths[start:end]
                # Sums of doubles: those of floats differ with the machine, and with them the digits of a score.
                sums = values[start:end] @ topics[start:end].astype(np.float64)
                scores[article] += sums * (self._scale / np.sqrt(length @ length))
            start = end


_LOG_COUNT = np.zeros(_MOST_COUNT)
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

    def scores(self, tokens: Tokens) -> Doubles:
        """Articles × topics: the raw regression, about +1 for the primary topic and -1 for what is absent."""
        scores = np.tile(self._bias.astype(np.float64), (tokens.articles, 1))
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
