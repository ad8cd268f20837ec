"""Words cut to stems, so that light editing (an article, a conjunction, an ending) leaves most of them alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.deduplicator.words import Codes, Places, Words

SHORTEST_STEM = 3  # letters that an Arabic word keeps
LONGEST_WHOLE = 6  # letters: longer words of other scripts are cut
CUT_TO = 5  # letters

_ARABIC_BLOCK = 0x0600
_BLOCK_SIZE = 0x100
# In the spelling of the match key: أ إ آ are ا, ة is ه, ى is ي.
_ARTICLE = ("ال", "لل")
_BEFORE_ARTICLE = "وبفك"
_PARTICLES = "وبلفك"
_ENDINGS_OF_TWO = ("ها", "هم", "هن", "كم", "نا", "ات", "ان", "ون", "ين", "وا", "يه", "تي")
_ENDINGS_OF_ONE = "هياتن"


def _letters(letters: str) -> npt.NDArray[np.bool_]:
    table = np.zeros(_BLOCK_SIZE, np.bool_)
    table[[ord(letter) - _ARABIC_BLOCK for letter in letters]] = True
    return table


def _two_letters(pairs: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    table = np.zeros(_BLOCK_SIZE * _BLOCK_SIZE, np.bool_)
    table[[(ord(a) - _ARABIC_BLOCK) * _BLOCK_SIZE + ord(b) - _ARABIC_BLOCK for a, b in map(tuple, pairs)]] = True
    return table


_IS_ARTICLE = _two_letters(_ARTICLE)
_IS_AL = _two_letters(("ال",))
_IS_BEFORE_ARTICLE = _letters(_BEFORE_ARTICLE)
_IS_PARTICLE = _letters(_PARTICLES)
_IS_ENDING_OF_TWO = _two_letters(_ENDINGS_OF_TWO)
_IS_ENDING_OF_ONE = _letters(_ENDINGS_OF_ONE)


def stem_ranges(words: Words) -> tuple[Places, Places]:
    """Where the stem of each word starts and ends."""
    starts, ends = words.starts, words.ends
    lengths = ends - starts
    cut = np.where((lengths > LONGEST_WHOLE) & ~words.numbers, starts + CUT_TO, ends)
    arabic = np.flatnonzero((words.codes[starts] - _ARABIC_BLOCK < _BLOCK_SIZE) & (lengths > SHORTEST_STEM))
    if not len(arabic):
        return starts, cut
    stem_starts = starts.copy()
    stem_starts[arabic], cut[arabic] = _arabic(words.codes, starts[arabic], ends[arabic])
    return stem_starts, cut


def _arabic(codes: Codes, starts: Places, ends: Places) -> tuple[Places, Places]:
    """One prefix and one ending less, as long as the shortest stem is left."""
    block = np.minimum(codes - np.uint32(_ARABIC_BLOCK), np.uint32(_BLOCK_SIZE - 1)).astype(np.intp)
    spare = ends - starts - SHORTEST_STEM
    first, second, third = block[starts], block[starts + 1], block[starts + 2]
    prefix = np.where(_IS_PARTICLE[first], 1, 0)
    prefix[_IS_ARTICLE[first * _BLOCK_SIZE + second] & (spare >= 2)] = 2
    prefix[_IS_BEFORE_ARTICLE[first] & _IS_AL[second * _BLOCK_SIZE + third] & (spare >= 3)] = 3
    spare -= prefix
    last, before = block[ends - 1], block[ends - 2]
    ending = np.where(_IS_ENDING_OF_ONE[last] & (spare >= 1), 1, 0)
    ending[_IS_ENDING_OF_TWO[before * _BLOCK_SIZE + last] & (spare >= 2)] = 2
    return starts + prefix, ends - ending
