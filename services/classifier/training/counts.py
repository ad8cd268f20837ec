"""Counts of hashed n-grams of a whole data set, made by the same code that reads articles in service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from services.classifier.ngrams import BUCKET_BITS, Grams, extract
from services.classifier.tokens import Story, tokenise

_BATCH = 256


@dataclass(frozen=True, slots=True)
class BlockCounts:
    """For each block a sparse matrix: articles × buckets, float32 counts."""

    title: sparse.csr_matrix
    body: sparse.csr_matrix
    lead: sparse.csr_matrix

    def __iter__(self) -> Iterator[sparse.csr_matrix]:
        return iter((self.title, self.body, self.lead))

    def rows(self, index: npt.NDArray[np.int64]) -> BlockCounts:
        """The counts of some articles."""
        return BlockCounts(self.title[index], self.body[index], self.lead[index])


def _matrix(grams: Grams, articles: int) -> sparse.csr_matrix:
    keys, counts = np.unique(grams.article.astype(np.uint64) << BUCKET_BITS | grams.bucket, return_counts=True)
    rows = (keys >> np.uint64(BUCKET_BITS)).astype(np.int32)
    starts = np.searchsorted(rows, np.arange(articles + 1)).astype(np.int32)
    columns = (keys & np.uint64((1 << BUCKET_BITS) - 1)).astype(np.int32)
    return sparse.csr_matrix((counts.astype(np.float32), columns, starts), shape=(articles, 1 << BUCKET_BITS))


def count(stories: Sequence[Story]) -> BlockCounts:
    """Counts of every n-gram of every story."""
    parts: list[list[sparse.csr_matrix]] = [[], [], []]
    for start in range(0, len(stories), _BATCH):
        batch = stories[start : start + _BATCH]
        blocks = extract(tokenise(batch))
        for part, grams in zip(parts, (blocks.title, blocks.body, blocks.lead), strict=True):
            part.append(_matrix(grams, len(batch)))
    title, body, lead = (sparse.vstack(part, format="csr") for part in parts)
    return BlockCounts(title, body, lead)
