"""An article's fingerprint: the keys by which copies find each other, and the sketch by which they are judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from services.deduplicator.hashing import Hashes, RangeHasher, grams, hash_of_all
from services.deduplicator.sketch import HEADLINE_WORDS_KEPT, WORDS_KEPT, Sketch, stem_hashes
from services.deduplicator.stems import stem_ranges
from services.deduplicator.words import Codes, words_of

# The smallest hashes of word-4-grams. With 16 of each text .973 of 260 labelled duplicates share one, 20 .985, 24 .988,
# 32 .996; what is missed is a short text in a long one. With more from long texts .992, at 20 keys an article.
FEWEST_KEYS = 16
MOST_KEYS = 64
WORDS_A_KEY = 20
GRAM_WORDS = 4
GRAM_CHARACTERS = 8  # where a character is a word
SHORT_BELOW = 40  # words: shorter texts are found by the same text or the same title alone
TITLE_KEY_BELOW = 80  # words: so that a short text meets one that grew past SHORT_BELOW; longer ones need no title
TITLE_WORDS = 3  # a title of fewer words says too little
TITLE_JOINS_BELOW = 12  # words: a shorter text (`read more on our site`) says nothing without its title
TITLE_CHARACTERS = 500

_LINE_END = 0x0A
_EXACT_SALT = 0x7465787400000001
_TITLE_SALT = 0x7469746C00000002


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Keys of 64 bits, at most MOST_KEYS and one for the title, and the sketch."""

    keys: tuple[int, ...]
    sketch: Sketch


def fingerprint(title: str, text: str) -> Fingerprint:
    """The fingerprint of an article; a title stands in for a text that says nothing without it."""
    # Read as one text: that takes half the time of two.
    words = words_of(" ".join(title[:TITLE_CHARACTERS].split("\n")) + "\n" + text)
    hasher = RangeHasher(words.codes)
    whole = hasher.hashes(words.starts, words.ends)
    stems = hasher.hashes(*stem_ranges(words))
    body = int(np.searchsorted(words.starts, _first_line_end(words.codes)))
    headline = stem_hashes(stems[:body], words.numbers[:body], HEADLINE_WORDS_KEPT)
    title_key = _title_key(whole[:body]) if len(whole) - body < TITLE_KEY_BELOW else 0
    if len(whole) - body < TITLE_JOINS_BELOW:
        body = 0
    return Fingerprint(
        keys=_keys(whole[body:], title_key, by_character=words.by_character),
        sketch=Sketch(
            stems=stem_hashes(stems[body:], words.numbers[body:], WORDS_KEPT),
            headline=headline,
            title_key=title_key & 0xFFFFFFFF,
            by_character=words.by_character,
        ),
    )


def _first_line_end(codes: Codes) -> int:
    return int(np.argmax(codes == _LINE_END))


def _keys(whole: Hashes, title_key: int, *, by_character: bool) -> tuple[int, ...]:
    keys: list[int] = []
    if len(whole) < SHORT_BELOW:
        if len(whole):
            keys.append(hash_of_all(whole) ^ _EXACT_SALT)
    else:
        count = min(MOST_KEYS, max(FEWEST_KEYS, len(whole) // WORDS_A_KEY))
        keys.extend(_smallest(grams(whole, GRAM_CHARACTERS if by_character else GRAM_WORDS), count))
    if title_key:
        keys.append(title_key ^ _TITLE_SALT)
    return tuple(keys)


def _smallest(hashes: Hashes, count: int) -> list[int]:
    """The smallest distinct hashes, in order."""
    some = count * 2  # a few more than needed, for those that are there twice
    if len(hashes) > some:
        nearest = _distinct(np.partition(hashes, some)[:some])
        if len(nearest) >= count:
            return nearest[:count]
    return _distinct(hashes)[:count]


def _distinct(hashes: Hashes) -> list[int]:
    return sorted(set(hashes.tolist()))


def _title_key(whole: Hashes) -> int:
    return hash_of_all(whole) if len(whole) >= TITLE_WORDS else 0
