"""The match key: text folded for comparing, so that spelling habits, vowel marks and digit systems do not matter.

People never read it. Display text is never folded.
"""

from __future__ import annotations

import numpy as np

from shared.text.match_key_table import Codes, KeyTable, load

KEY_VERSION = 1
"""Raised with every change of a rule: keys of different versions are not comparable."""

_SPACE = 0x20
_UNICODE_SIZE = 0x110000


def _single_table(table: KeyTable) -> Codes:
    to = np.arange(_UNICODE_SIZE, dtype=np.uint32)
    to[table.single_from] = table.single_to
    return to


def _several_table(table: KeyTable) -> dict[int, str]:
    starts = [0, *table.several_ends[:-1].tolist()]
    return {
        code: "".join(map(chr, table.several_to[start:end].tolist()))
        for code, start, end in zip(table.several_from.tolist(), starts, table.several_ends.tolist(), strict=True)
    }


def _word_table(table: KeyTable) -> Codes:
    to = np.full(_UNICODE_SIZE, _SPACE, np.uint32)
    for first, last in table.word_ranges.tolist():
        to[first : last + 1] = np.arange(first, last + 1, dtype=np.uint32)
    return to


_TABLE = load()
_SINGLE = _single_table(_TABLE)
_SEVERAL = _several_table(_TABLE)
_EXPANDS = np.zeros(_UNICODE_SIZE, np.bool_)
_EXPANDS[_TABLE.several_from] = True
_WORD = _word_table(_TABLE)
_DROPPED = 0
_LENGTHS = (_SINGLE != _DROPPED).astype(np.uint8)
_LENGTHS[list(_SEVERAL)] = [len(expanded) for expanded in _SEVERAL.values()]


def _codes(text: str) -> Codes:
    # A lone surrogate is no valid Unicode, yet JSON can carry one: the table drops it.
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _text(codes: Codes) -> str:
    return str(codes.astype("<u4", copy=False).tobytes(), "utf-32-le")


def fold(text: str) -> str:
    """The match key of any text: compatibility forms, case, marks, digits and look-alike letters folded.

    Punctuation, spaces and line ends stay. `fold(fold(text)) == fold(text)`.
    """
    if text.isascii() and text.isprintable():
        return text.lower()
    codes = _codes(text)
    if _EXPANDS[codes].any():
        codes = _codes(text.translate(_SEVERAL))
    folded = _SINGLE[codes]
    kept = folded[folded != _DROPPED]
    return _text(kept)


def unfolded(text: str, start: int, end: int) -> tuple[int, int]:
    """Where in the text the characters of `fold(text)` at `start` and `end` come from; its end comes from the end."""
    codes = _codes(text)
    ends = np.cumsum(_LENGTHS[codes], dtype=np.intp)
    first, last = np.searchsorted(ends, (start, end), side="right").tolist()
    return first, last


def tokens(folded: str) -> list[str]:
    """The words of a match key, in order: runs of letters and digits; all else separates.

    Scripts that are written without spaces give a run as one word.
    """
    return _text(_WORD[_codes(folded)]).split()
