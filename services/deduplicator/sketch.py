"""What is kept of an article to judge copies of it: the hashes of its stems, in order."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.deduplicator.hashing import Hashes

StemHashes = npt.NDArray[np.uint16]

WORDS_KEPT = 4_000  # 99.9 % of 41,622 news articles have fewer
HEADLINE_WORDS_KEPT = 24
STEM_BITS = 15  # 16 and 12 bits gave the same verdict as whole stems on 4,510 pairs, 8 bits on .998
NUMBER_FLAG = 1 << STEM_BITS

_HEAD = struct.Struct("<BIB")  # flags, title key, words of the headline
_BY_CHARACTER = 1


class SketchError(ValueError):
    """The bytes are no sketch of this version."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """Stem hashes of text and headline in order, the top bit marking numbers.

    `title_key` (32 bits) is the hash of a short text's title, 0 where there is none to compare.
    """

    stems: StemHashes
    headline: StemHashes
    title_key: int
    by_character: bool

    def __len__(self) -> int:
        return len(self.stems)

    def numbers(self) -> StemHashes:
        """The numbers among the words."""
        return self.stems[self.stems >= NUMBER_FLAG]


def stem_hashes(stems: Hashes, numbers: npt.NDArray[np.bool_]) -> StemHashes:
    """What a sketch keeps of stems with these hashes (64 bits each)."""
    short = (stems >> np.uint64(64 - STEM_BITS)).astype(np.uint16)
    short[numbers] |= np.uint16(NUMBER_FLAG)
    return short


def pack(sketch: Sketch) -> bytes:
    """The sketch in 6 bytes and 2 for each word."""
    head = _HEAD.pack(_BY_CHARACTER if sketch.by_character else 0, sketch.title_key, len(sketch.headline))
    return head + np.concatenate([sketch.headline, sketch.stems]).astype("<u2", copy=False).tobytes()


def unpack(packed: bytes) -> Sketch:
    """The sketch in the bytes. Raises SketchError."""
    if len(packed) < _HEAD.size or (len(packed) - _HEAD.size) % 2:
        raise SketchError(f"{len(packed)} bytes are no sketch, expected {_HEAD.size} and 2 for each word")
    flags, title_key, headline = _HEAD.unpack_from(packed)
    stems = np.frombuffer(packed, "<u2", offset=_HEAD.size).astype(np.uint16, copy=False)
    return Sketch(stems[headline:], stems[:headline], title_key, by_character=bool(flags & _BY_CHARACTER))
