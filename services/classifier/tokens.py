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

TITLE, LEAD, REST = range(3)
"""The zones of an article; a word's place is its article << ZONE_BITS | its zone."""

ZONE_BITS = np.uint32(2)

_DROPPED = np.uint32(2)
_EXPANDS = np.uint32(4)
_UNICODE_SIZE = 0x110000
_WORD_BASE = 0xBF58476D1CE4E5B9
_WORD_BASE_INVERSE = pow(_WORD_BASE, -1, 1 << 64)
_PHRASE_BASE = np.uint64(0x94D049BB133111EB)
_SHIFT = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Story:
    """What the classifier reads of an article: its title, and the beginning of its text without the title."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """Words or phrases in order: `places` (article and zone) and 64-bit `hashes` of each."""

    places: Uints
    hashes: Longs


@dataclass(frozen=True, slots=True)
class Tokens:
    """A batch as one line of character values, words parted by 0; `places` (article and zone) of each.

    `words`, and `pairs` and `triples` of neighbours, by their first word; the hash is 0 where they span two articles.
    """

    articles: int
    values: Uints
    places: Uints
    words: Words
    pairs: Words
    triples: Words


def story(title: str, text: str) -> Story:
    """The story as the classifier reads it; a text that starts with its title is read without it."""
    if title and text.startswith(title):
        text = text[len(title) :]
    return Story(title, text.lstrip()[:BODY_CHARS])


def tokenise(stories: Sequence[Story]) -> Tokens:
    """The tokens of a batch: runs of letters and digits, folded as match keys are, every digit read as 0."""
    if not stories:
        return Tokens(0, _NO_UINTS, _NO_UINTS, _NO_WORDS, _NO_WORDS, _NO_WORDS)
    texts = [part for story in stories for part in (story.title, story.text)]
    values = _values(texts)
    expanding = np.flatnonzero(values == _EXPANDS)
    if len(expanding):
        # Few characters become several when folded; only texts with one are folded one by one.
        ends = np.cumsum([len(text) + 1 for text in texts])
        for index in np.unique(np.searchsorted(ends, expanding)).tolist():
            texts[index] = fold(texts[index])
        values = _values(texts)
    zones = np.arange(len(stories), dtype=np.uint32)[:, None] << ZONE_BITS | np.array((TITLE, LEAD, REST), np.uint32)
    places = np.repeat(zones.ravel(), _zone_lengths(texts))
    dropped = values == _DROPPED
    if dropped.any():
        kept = np.flatnonzero(~dropped)
        values, places = values.take(kept), places.take(kept)
    words = _words(values, places)
    pairs = _phrases(words, words, 1)
    return Tokens(len(stories), values, places, words, pairs, _phrases(pairs, words, 2))


def _values(texts: Sequence[str]) -> Uints:
    """The line: a blank before, between and after all texts."""
    line = " " + " ".join(texts) + " "
    return _VALUES.take(np.frombuffer(line.encode("utf-32-le", "surrogatepass"), "<u4"))


def _zone_lengths(texts: Sequence[str]) -> list[int]:
    """Characters of each title, lead and rest of the line, with the blank after title and rest."""
    lengths: list[int] = []
    for title, text in zip(texts[::2], texts[1::2], strict=True):
        lead = min(LEAD_CHARS, len(text))
        lengths += (len(title) + 1, lead, len(text) - lead + 1)
    lengths[0] += 1
    return lengths


def _phrases(starts: Words, words: Words, last: int) -> Words:
    """Joins phrases (by their first word) with the word `last` places on."""
    ends = words.hashes[last:]
    places, hashes = starts.places[: len(ends)], starts.hashes[: len(ends)]
    together = places >> ZONE_BITS == words.places[last:] >> ZONE_BITS
    return Words(places, join(hashes, ends) * together)


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
    np.cumsum(values * _POWERS.up_to(len(values)), dtype=np.uint64, out=sums[1:])
    hashes = (sums.take(ends) - sums.take(starts)) * _INVERSE_POWERS.up_to(len(values)).take(starts)
    hashes ^= hashes >> _SHIFT
    return Words(places.take(starts), hashes * _PHRASE_BASE)


class _Powers:
    """Powers of a base, as many as were ever asked for."""

    def __init__(self, base: int) -> None:
        self._base = base
        self._powers = np.ones(1, np.uint64)

    def up_to(self, count: int) -> Longs:
        powers = self._powers  # another thread may put a longer one in its place
        if count > len(powers):
            powers = np.full(2 * count, self._base, np.uint64)
            powers[0] = 1
            self._powers = powers = np.multiply.accumulate(powers, dtype=np.uint64)
        return powers[:count]


_POWERS = _Powers(_WORD_BASE)
_INVERSE_POWERS = _Powers(_WORD_BASE_INVERSE)


def mix(values: Uints) -> Uints:
    """Spreads every bit of the input over all bits of the output."""
    values = (values ^ (values >> np.uint32(16))) * np.uint32(0x7FEB352D)
    values ^= values >> np.uint32(15)
    values *= np.uint32(0x846CA68B)
    return values ^ (values >> np.uint32(16))


def _char_values() -> Uints:
    """For each code point: 0 for what separates words, an odd random number for what is folded to the same letter.

    All digits have the same. What folds away, and what folds to several letters, is marked.
    """
    table = load()
    letters = np.zeros(_UNICODE_SIZE, np.uint32)
    for first, last in table.word_ranges.tolist():
        letters[first : last + 1] = np.arange(first, last + 1, dtype=np.uint32)
    letters[ord("0") : ord("9") + 1] = ord("0")
    letters[letters != 0] = mix(letters[letters != 0]) | np.uint32(1)
    values = letters.copy()
    values[table.single_from] = np.where(table.single_to == 0, _DROPPED, letters[table.single_to])
    starts = np.concatenate(([0], table.several_ends[:-1])).astype(np.int64)
    values[table.several_from] = np.where(
        np.logical_or.reduceat(letters[table.several_to] != 0, starts), _EXPANDS, np.uint32(0)
    )
    return values


_VALUES = _char_values()
_NO_UINTS = np.zeros(0, np.uint32)
_NO_WORDS = Words(_NO_UINTS, np.zeros(0, np.uint64))
