"""Which n-grams a block keeps, and how much each weighs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float32]

_LEAST_ARTICLES = 3  # an n-gram of fewer articles teaches spelling, not topics
_LARGEST_SHARE = 0.1  # an n-gram of more articles costs time and tells little: .5 was as accurate
_FREQUENCY_POWER = 0.5  # 1 was as accurate (.757 on two folds) and kept half as many n-grams again of each article
_PSEUDO_COUNTS = 5.0
_DIVERGENCE_FLOOR = 0.1
_DIVERGENCE_POWER = 0.5


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The buckets that a block keeps, ascending, and the weight of each."""

    buckets: npt.NDArray[np.int32]
    weights: Floats


def choose(counts: sparse.csr_matrix, primary: npt.NDArray[np.int64], topics: int, size: int) -> Vocabulary:
    """The `size` n-grams that carry most: idf × root of how far P(topic | n-gram) diverges from P(topic).

    `primary`: for each article its topic's index, -1 for none.
    """
    articles = counts.shape[0]
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    kept = np.flatnonzero((frequency >= _LEAST_ARTICLES) & (frequency <= _LARGEST_SHARE * articles))
    column = np.full(counts.shape[1], -1, np.int32)
    column[kept] = np.arange(len(kept), dtype=np.int32)
    df = frequency[kept].astype(np.float64)
    weights = (np.log((1 + articles) / (1 + df)) + 1) * _divergence_weights(counts, column, df, primary, topics)
    order = np.argsort(-(df**_FREQUENCY_POWER * weights**2), kind="stable")[:size]
    order.sort()
    return Vocabulary(kept[order].astype(np.int32), weights[order].astype(np.float32))


def _divergence_weights(
    counts: sparse.csr_matrix,
    column: npt.NDArray[np.int32],
    df: npt.NDArray[np.float64],
    primary: npt.NDArray[np.int64],
    topics: int,
) -> npt.NDArray[np.float64]:
    prior = np.bincount(primary[primary >= 0], minlength=topics).astype(np.float64)
    prior /= prior.sum()
    labels = np.repeat(primary, np.diff(counts.indptr))
    columns = column[counts.indices]
    total = np.zeros(len(df))
    divergence = np.zeros(len(df))
    per_topic = [
        np.bincount(columns[(labels == topic) & (columns >= 0)], minlength=len(df)).astype(np.float64)
        for topic in range(topics)
    ]
    for count in per_topic:
        total += count
    for topic, count in enumerate(per_topic):
        share = (count + _PSEUDO_COUNTS * prior[topic]) / (total + _PSEUDO_COUNTS)
        divergence += share * np.log(share / prior[topic])
    relative = divergence / np.median(divergence)
    return (relative + _DIVERGENCE_FLOOR) ** _DIVERGENCE_POWER


def vectors(counts: sparse.csr_matrix, vocabulary: Vocabulary, scale: float) -> sparse.csr_matrix:
    """Articles × kept n-grams: (1 + log count) × weight, each article `scale` long."""
    column = np.full(counts.shape[1], -1, np.int32)
    column[vocabulary.buckets] = np.arange(len(vocabulary.buckets), dtype=np.int32)
    columns = column[counts.indices]
    kept = columns >= 0
    starts = np.concatenate(([0], np.cumsum(kept)))[counts.indptr]
    columns = columns[kept]
    values = (1 + np.log(counts.data[kept])) * vocabulary.weights[columns]
    articles = np.repeat(np.arange(counts.shape[0]), np.diff(starts))
    length = np.sqrt(np.bincount(articles, weights=values.astype(np.float64) ** 2, minlength=counts.shape[0]))
    values = (values * (scale / np.maximum(length, 1e-9))[articles]).astype(np.float32)
    return sparse.csr_matrix(
        (values, columns, starts.astype(np.int32)), shape=(counts.shape[0], len(vocabulary.buckets))
    )
