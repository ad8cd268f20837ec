"""64-bit hashes of many ranges of a text at once, the same on every machine."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.deduplicator.words import CODES_READ, Codes, Places

Hashes = npt.NDArray[np.uint64]

# Odd, hence invertible modulo 2**64. The fractional parts of the golden ratio and of square roots, made odd.
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_PLACES = tuple(
    np.uint64(place)
    for place in (
        0x6A09E667F3BCC909,
        0xBB67AE8584CAA73B,
        0x3C6EF372FE94F82B,
        0xA54FF53A5F1D36F1,
        0x510E527FADE682D1,
        0x9B05688C2B3E6C1F,
        0x1F83D9ABFB41BD6B,
        0x5BE0CD19137E2179,
    )
)


def _powers(base: int, count: int) -> Hashes:
    powers = np.full(count, base, np.uint64)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)


_POWERS = _powers(_BASE, CODES_READ)
_INVERSE_POWERS = _powers(_INVERSE, CODES_READ)


def mixed(hashes: Hashes) -> Hashes:
    """Every bit depends on every bit (the finaliser of splitmix64)."""
    hashes = hashes ^ (hashes >> np.uint64(30))
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(27)
    hashes *= np.uint64(0x94D049BB133111EB)
    hashes ^= hashes >> np.uint64(31)
    return hashes


class RangeHasher:
    """Hashes ranges of one text of at most CODES_READ; equal ranges of any two texts have equal hashes."""

    def __init__(self, codes: Codes) -> None:
        self._sums = np.zeros(len(codes) + 1, np.uint64)
        np.cumsum(codes.astype(np.uint64) * _POWERS[: len(codes)], dtype=np.uint64, out=self._sums[1:])

    def hashes(self, starts: Places, ends: Places) -> Hashes:
        """One hash for each range."""
        return mixed((self._sums[ends] - self._sums[starts]) * _INVERSE_POWERS[starts])


def grams(hashes: Hashes, size: int) -> Hashes:
    """One hash for each run of `size` hashes (at most 8), in order; none where there are fewer."""
    count = len(hashes) - size + 1
    if count <= 0:
        return hashes[:0]
    total = hashes[:count] * _PLACES[0]
    for place in range(1, size):
        total += hashes[place : place + count] * _PLACES[place]
    return mixed(total)


def hash_of_all(hashes: Hashes) -> int:
    """One hash for the whole sequence."""
    if not len(hashes):
        return 0
    places = _POWERS[: len(hashes)]
    return int(mixed(np.array([np.sum(hashes[: len(places)] * places, dtype=np.uint64)], np.uint64))[0])
