"""Which row of a table of weights each bucket has, if any: two bytes a bucket, since most of the table is looked up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.classifier.tokens import Uints

_BLOCK_BITS = 12  # rows are counted from the first of their block of buckets, of which there are fewer than _NO_ROW
_NO_ROW = np.uint16(0xFFFF)


@dataclass(frozen=True, slots=True)
class Hits:
    """Places in what was looked up that have a row, and their rows."""

    places: npt.NDArray[np.intp]
    rows: Uints


class RowTable:
    """`buckets`: those that have a row, ascending, in the order of their rows."""

    def __init__(self, buckets: npt.NDArray[np.integer], bucket_bits: int) -> None:
        blocks = np.arange(1 << max(0, bucket_bits - _BLOCK_BITS)) << _BLOCK_BITS
        self._first = np.searchsorted(buckets, blocks).astype(np.uint32)
        self._from_first = np.full(1 << bucket_bits, _NO_ROW, np.uint16)
        self._from_first[buckets] = np.arange(len(buckets)) - self._first[buckets >> _BLOCK_BITS]

    def find(self, buckets: npt.NDArray[np.integer]) -> Hits:
        """The hits, in order."""
        from_first = self._from_first.take(buckets)
        places = np.flatnonzero(from_first != _NO_ROW)
        first = self._first.take(buckets.take(places) >> _BLOCK_BITS)
        return Hits(places, first + from_first.take(places))
