"""An article's fingerprint: the keys by which copies find each other, and the sketch by which they are judged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from services.deduplicator.hashing import Hashes, RangeHasher, grams, hash_of_all
from services.deduplicator.sketch import HEADLINE_WORDS_KEPT, WORDS_KEPT, Sketch, stem_hashes
from services.deduplicator.stems import stem_ranges
from services.deduplicator.words import words_of
from shared.text.match_key import fold

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
GROUP_CHARACTERS = 60_000  # read as one: enough that the steps cost little, and what they work on stays in the cache
CHARACTERS_READ = 60_000  # 99.9 % of 41,622 news articles have half as many; what follows says no more about copies

_PARTING = "\ue000"  # between articles read as one: of private use, hence in no text that means anything
_EXACT_SALT = 0x7465787400000001
_TITLE_SALT = 0x7469746C00000002


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Keys of 64 bits, at most MOST_KEYS and one for the title, and the sketch."""

    keys: tuple[int, ...]
    sketch: Sketch


def fingerprint(title: str, text: str) -> Fingerprint:
    """The fingerprint of an article; a title stands in for a text that says nothing without it."""
    return fingerprints([(title, text)])[0]


def fingerprints(articles: Iterable[tuple[str, str]]) -> list[Fingerprint]:
    """The fingerprints of articles, each a title and a text: the same as one by one, in a third of the time."""
    made: list[Fingerprint] = []
    group: list[str] = []
    characters = 0
    for title, text in articles:
        article = _match_key(title, text)
        if characters + len(article) >= GROUP_CHARACTERS:
            made += _Group(group).fingerprints()
            group, characters = [], 0
        group.append(article)
        characters += len(article) + len(_PARTING)
    return made + _Group(group).fingerprints()


def _match_key(title: str, text: str) -> str:
    """Headline in the first line, and no character that parts articles."""
    headline = " ".join(title[:TITLE_CHARACTERS].split("\n"))
    return fold(f"{headline}\n{text}"[:CHARACTERS_READ]).replace(_PARTING, " ")


class _Group:
    """Articles one after the other in one array of words, because each step of numpy costs the same for one or many."""

    def __init__(self, match_keys: Sequence[str]) -> None:
        self._count = len(match_keys)
        self._words = words = words_of(_PARTING.join(match_keys))
        hasher = RangeHasher(words.codes)
        self._whole = hasher.hashes(words.starts, words.ends)
        self._grams = grams(self._whole, GRAM_WORDS)
        self._stems = stem_hashes(hasher.hashes(*stem_ranges(words)), words.numbers)

    def fingerprints(self) -> list[Fingerprint]:
        """One for each article, in order."""
        if not self._count:
            return []
        codes = self._words.codes
        starts = np.concatenate(([0], np.flatnonzero(codes == ord(_PARTING)) + 1))
        line_ends = np.append(np.flatnonzero(codes == ord("\n")), len(codes))
        bodies = line_ends[np.searchsorted(line_ends, starts)]
        firsts = np.append(np.searchsorted(self._words.starts, starts), len(self._words)).tolist()
        return [
            self._fingerprint(first, body, end)
            for first, body, end in zip(
                firsts[:-1], np.searchsorted(self._words.starts, bodies).tolist(), firsts[1:], strict=True
            )
        ]

    def _fingerprint(self, first: int, body: int, end: int) -> Fingerprint:
        """Of the article whose headline starts at word `first`, its text at `body`, and the next article at `end`."""
        body = min(body, end)
        title_key = _title_key(self._whole[first:body]) if end - body < TITLE_KEY_BELOW else 0
        headline = self._stems[first : min(body, first + HEADLINE_WORDS_KEPT)]
        by_character = 2 * int(np.count_nonzero(self._words.alone[first:end])) > end - first
        if end - body < TITLE_JOINS_BELOW:
            body = first
        keys = self._keys(body, end, by_character=by_character)
        if title_key:
            keys.append(title_key ^ _TITLE_SALT)
        sketch = Sketch(
            # Copies: a view would keep the whole group in memory.
            stems=self._stems[body : min(end, body + WORDS_KEPT)].copy(),
            headline=headline.copy(),
            title_key=title_key & 0xFFFFFFFF,
            by_character=by_character,
        )
        return Fingerprint(tuple(keys), sketch)

    def _keys(self, body: int, end: int, *, by_character: bool) -> list[int]:
        words = end - body
        if words < SHORT_BELOW:
            return [hash_of_all(self._whole[body:end]) ^ _EXACT_SALT] if words else []
        count = min(MOST_KEYS, max(FEWEST_KEYS, words // WORDS_A_KEY))
        if by_character:
            return _smallest(grams(self._whole[body:end], GRAM_CHARACTERS), count)
        return _smallest(self._grams[body : end - GRAM_WORDS + 1], count)


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
