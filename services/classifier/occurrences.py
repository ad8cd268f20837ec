"""How often each row of a table of weights is hit by each article of a batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Uints = npt.NDArray[np.uint32]
Ints = npt.NDArray[np.int32]

ROW_BITS = 20
"""Rows of a table: below a million; what is left of 32 bits is the article's."""

MOST_ARTICLES = 1 << (32 - ROW_BITS)
"""Of one batch."""

_LOW = np.uint32(0xFFFF)
_HALF = np.uint32(16)
_SHIFT = np.uint32(ROW_BITS)
_ROW = np.uint32((1 << ROW_BITS) - 1)


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Each (article, row) that occurs, in order, and how often."""

    articles: Ints
    rows: Ints
    counts: npt.NDArray[np.int64]


def count_occurrences(articles: Uints, rows: Uints) -> Occurrences:
    """Counts equal pairs."""
    keys = _sorted(articles << _SHIFT | rows)
    first = np.flatnonzero(np.concatenate((keys[:1] == keys[:1], keys[1:] != keys[:-1])))
    found = keys.take(first)
    return Occurrences(
        (found >> _SHIFT).view(np.int32), (found & _ROW).view(np.int32), np.diff(first, append=len(keys))
    )


def _sorted(keys: Uints) -> Uints:
    """By lower, then by upper halves: numpy sorts 16 bits by radix, in half the time of a sort by comparison."""
    keys = keys.take(np.argsort((keys & _LOW).astype(np.uint16), kind="stable"))
    return keys.take(np.argsort((keys >> _HALF).astype(np.uint16), kind="stable"))
