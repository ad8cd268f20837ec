"""Makes `match_key_table.npz`, so that the fold is the same on every Python, whatever Unicode version it carries.

Run `python -m shared.text.match_key_table` after changing a rule, and raise `KEY_VERSION`.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

TABLE_FILE = Path(__file__).with_name("match_key_table.npz")

Codes = npt.NDArray[np.uint32]

_KEPT_CONTROLS = frozenset("\t\n\r\x0b\x0c\x85")
_TATWEEL = "\u0640"
# Letters that Unicode does not decompose, but that writers, keyboards and languages use for the same word.
_LOOKALIKES = {
    **dict.fromkeys("\u0671\u0672\u0673\u0675", "\u0627"),  # alef wasla and kin
    **dict.fromkeys("\u0649\u06cc\u06cd\u06d0\u0678", "\u064a"),  # alef maksura, Persian and Pashto yeh
    **dict.fromkeys("\u0629\u06c0\u06c1\u06c2\u06c3\u06be\u06d5", "\u0647"),  # teh marbuta, Urdu and Kurdish heh
    **dict.fromkeys("\u06a9\u06aa", "\u0643"),  # Persian and swash kaf
    "\u0131": "i",  # dotless i: the capital I of a Turkish headline becomes i
    "\u03c2": "\u03c3",  # final sigma
}


@dataclass(frozen=True, slots=True)
class KeyTable:
    """What each code point becomes: one other (0: nothing), or several; and the ranges that are part of words."""

    single_from: Codes
    single_to: Codes
    several_from: Codes
    several_ends: Codes
    several_to: Codes
    word_ranges: Codes  # shape (n, 2): first and last code point


def load() -> KeyTable:
    """The committed table."""
    with np.load(TABLE_FILE, allow_pickle=False) as file:
        return KeyTable(**{name: file[name] for name in KeyTable.__dataclass_fields__})


def build() -> KeyTable:
    """The table that this Python's Unicode database gives."""
    single: list[tuple[int, int]] = []
    several: list[tuple[int, str]] = []
    for code in range(sys.maxunicode + 1):
        folded = _fold(chr(code))
        if len(folded) > 1:
            several.append((code, folded))
        elif folded != chr(code):
            single.append((code, ord(folded) if folded else 0))
    pairs = np.array(single, np.uint32)
    return KeyTable(
        single_from=pairs[:, 0],
        single_to=pairs[:, 1],
        several_from=np.array([code for code, _ in several], np.uint32),
        several_ends=np.cumsum([len(folded) for _, folded in several]).astype(np.uint32),
        several_to=np.array([ord(char) for _, folded in several for char in folded], np.uint32),
        word_ranges=np.array(list(_word_ranges()), np.uint32),
    )


def _fold(char: str) -> str:
    category = unicodedata.category(char)
    if category in {"Cs", "Cf"} or (category == "Cc" and char not in _KEPT_CONTROLS):
        return ""
    # Composed again at the end: a Korean syllable stays one character.
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).lower())
    return unicodedata.normalize("NFC", "".join(_fold_part(part) for part in parts))


def _fold_part(char: str) -> str:
    if char == _TATWEEL or unicodedata.category(char).startswith(("M", "Cf")):
        return ""
    decimal = unicodedata.decimal(char, None)
    return str(int(decimal)) if decimal is not None else _LOOKALIKES.get(char, char)


def _word_ranges() -> Iterator[tuple[int, int]]:
    first: int | None = None
    for code in range(sys.maxunicode + 2):
        word = code <= sys.maxunicode and unicodedata.category(chr(code))[0] in "LN"
        if word and first is None:
            first = code
        elif not word and first is not None:
            yield first, code - 1
            first = None


def main() -> None:
    """Writes the table beside this module."""
    table = build()
    np.savez_compressed(TABLE_FILE, **{name: getattr(table, name) for name in KeyTable.__dataclass_fields__})


if __name__ == "__main__":
    main()
