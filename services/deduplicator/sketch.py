"""What is kept of an article to judge copies of it: the hashes of its stems, in order."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.deduplicator.hashing import Hashes

StemHashes = npt.NDArray[np.uint16]

WORDS_KEPT = 4_000  # 99.9 % of 41,622 news articles have fewer
STEM_BITS = 15  # 16 and 12 bits gave the same verdict as whole stems on 4,510 pairs, 8 bits on .998
NUMBER_FLAG = 1 << STEM_BITS

_HEAD = struct.Struct("<BI")
_BY_CHARACTER = 1


class SketchError(ValueError):
    """The bytes are no sketch of this version."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """Stem hashes in order, the top bit marking numbers; `title` is 0 where there is none to compare."""

    stems: StemHashes
    title: int  # 32 bits
    by_character: bool

    def __len__(self) -> int:
        return len(self.stems)

    def numbers(self) -> StemHashes:
        """The numbers among the words."""
        return self.stems[self.stems >= NUMBER_FLAG]


def sketch_of(stems: Hashes, numbers: npt.NDArray[np.bool_], *, title: int, by_character: bool) -> Sketch:
    """The sketch of a text whose stems have these hashes (64 bits each)."""
    short = (stems[:WORDS_KEPT] >> np.uint64(64 - STEM_BITS)).astype(np.uint16)
    short[numbers[:WORDS_KEPT]] |= np.uint16(NUMBER_FLAG)
    return Sketch(stems=short, title=title & 0xFFFFFFFF, by_character=by_character)


def pack(sketch: Sketch) -> bytes:
    """The sketch in 5 bytes and 2 for each word."""
    head = _HEAD.pack(_BY_CHARACTER if sketch.by_character else 0, sketch.title)
    return head + sketch.stems.astype("<u2", copy=False).tobytes()


def unpack(packed: bytes) -> Sketch:
    """The sketch in the bytes. Raises SketchError."""
    if len(packed) < _HEAD.size or (len(packed) - _HEAD.size) % 2:
        raise SketchError(f"{len(packed)} bytes are no sketch, expected {_HEAD.size} and 2 for each word")
    flags, title = _HEAD.unpack_from(packed)
    stems = np.frombuffer(packed, "<u2", offset=_HEAD.size).astype(np.uint16, copy=False)
    return Sketch(stems=stems, title=title, by_character=bool(flags & _BY_CHARACTER))
