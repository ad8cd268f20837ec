"""The words of many articles at once, as numbers: what topics and countries are both read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shared.text.match_key import fold
from shared.text.match_key_table import load

Uints = npt.NDArray[np.uint32]
Longs = npt.NDArray[np.uint64]

BODY_CHARS = 3000
"""Characters of a text that are read: 1,500 cost .010 of accuracy, 5,000 brought nothing."""

LEAD_CHARS = 450
"""Characters of the text that count as its lead."""

ZONES = 3
TITLE, LEAD, REST = range(ZONES)

_UNICODE_SIZE = 0x110000
_WORD_BASE = 0xBF58476D1CE4E5B9
_WORD_BASE_INVERSE = pow(_WORD_BASE, -1, 1 << 64)
_PHRASE_BASE = np.uint64(0x94D049BB133111EB)
_SHIFT = np.uint64(32)


@dataclass(frozen=True, slots=True)
class FoldedStory:
    """What the classifier reads of an article: the match keys of its title, and of its text without the title."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """The words in order: `places` (article × 3 + zone) and 64-bit `hashes` of each."""

    places: Uints
    hashes: Longs


@dataclass(frozen=True, slots=True)
class Tokens:
    """A batch as one line of character values, words parted by one 0; `places` (article × 3 + zone) of each."""

    articles: int
    values: Uints
    places: Uints
    words: Words


def fold_story(title: str, text: str) -> FoldedStory:
    """The story as the classifier reads it; a text that starts with its title is read without it."""
    if title and text.startswith(title):
        text = text[len(title) :]
    return FoldedStory(fold(title), fold(text.lstrip()[:BODY_CHARS]))


def tokenise(stories: Sequence[FoldedStory]) -> Tokens:
    """The tokens of a batch: runs of letters and digits, every digit read as 0."""
    texts: list[str] = [" "]
    lengths: list[int] = []
    for story in stories:
        lead = min(LEAD_CHARS, len(story.text))
        texts += (story.title, " ", story.text, " ")
        lengths += (len(story.title) + 1, lead, len(story.text) - lead + 1)
    if not lengths:
        return Tokens(0, _NO_UINTS, _NO_UINTS, Words(_NO_UINTS, _NO_LONGS))
    lengths[0] += 1
    values = _VALUES[np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), "<u4")]
    places = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)
    blank = values == 0
    kept = np.concatenate((np.zeros(1, np.int64), np.flatnonzero(~(blank[1:] & blank[:-1])) + 1))
    values, places = values[kept], places[kept]
    return Tokens(len(stories), values, places, _words(values, places))


def pairs(words: Words) -> Words:
    """Each word with the one after it in the same article."""
    return _phrases(words, words, 1)


def triples(words: Words) -> Words:
    """Each word with the two after it in the same article."""
    return _phrases(pairs(words), words, 2)


def _phrases(starts: Words, words: Words, last: int) -> Words:
    """Joins phrases (at their first word's position, none where an article ends) with the word `last` places on."""
    ends = words.hashes[last:]
    places, hashes = starts.places[: len(ends)], starts.hashes[: len(ends)]
    together = places // ZONES == words.places[last:] // ZONES
    return Words(places, np.where(together, join(hashes, ends), 0))


def join(first: Longs, then: Longs) -> Longs:
    """The hash of a phrase: of its beginning's hash and its last word's."""
    mixed = first * _PHRASE_BASE + then
    mixed ^= mixed >> _SHIFT
    return mixed * _PHRASE_BASE


def _words(values: Uints, places: Uints) -> Words:
    """Polynomial hashes by differences of one running sum; no two words of news text were seen to share one."""
    letters = values != 0
    starts = np.flatnonzero(letters[1:] & ~letters[:-1]) + 1
    ends = np.flatnonzero(letters[:-1] & ~letters[1:]) + 1
    sums = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values * _powers(_WORD_BASE, len(values)), dtype=np.uint64, out=sums[1:])
    hashes = (sums[ends] - sums[starts]) * _powers(_WORD_BASE_INVERSE, len(values))[starts]
    hashes ^= hashes >> _SHIFT
    return Words(places[starts], hashes * _PHRASE_BASE)


def _powers(base: int, count: int) -> Longs:
    powers = np.full(count, base, np.uint64)
    powers[0] = 1
    return np.multiply.accumulate(powers, dtype=np.uint64)


def mix(values: Uints) -> Uints:
    """Spreads every bit of the input over all bits of the output."""
    values = (values ^ (values >> np.uint32(16))) * np.uint32(0x7FEB352D)
    values ^= values >> np.uint32(15)
    values *= np.uint32(0x846CA68B)
    return values ^ (values >> np.uint32(16))


def _char_values() -> Uints:
    """For each code point a random number; 0 for what separates words; the same for all digits."""
    values = np.zeros(_UNICODE_SIZE, np.uint32)
    for first, last in load().word_ranges.tolist():
        values[first : last + 1] = np.arange(first, last + 1, dtype=np.uint32)
    values[ord("0") : ord("9") + 1] = ord("0")
    letters = values != 0
    values[letters] = mix(values[letters]) | np.uint32(1)
    return values


_VALUES = _char_values()
_NO_UINTS = np.zeros(0, np.uint32)
_NO_LONGS = np.zeros(0, np.uint64)
