"""Whether a name is the source's own, though the two are written in different scripts: `سبق` and `sabq.org`."""

from __future__ import annotations

import re
from functools import lru_cache

from shared.text.match_key import fold

LEAST_SKELETON = 3
"""Consonants from which two names that agree in them are taken for one."""

# Romanisations differ in vowels and in these pairs; what is left are the consonants that they agree on.
NAMES_KEPT = 4096
_DIGRAPHS = (
    ("dh", "d"),
    ("kh", "h"),
    ("sh", "s"),
    ("gh", "g"),
    ("th", "t"),
    ("ch", "j"),
    ("zh", "j"),
    ("ph", "f"),
    ("ck", "k"),
)
_LATIN = str.maketrans({"c": "k", "x": "s", "z": "s", "v": "f", "p": "b", "g": "j", **dict.fromkeys("aeiouwy", None)})
_ARABIC = {
    "ب": "b", "پ": "b", "ت": "t", "ث": "t", "ج": "j", "چ": "j", "ح": "h", "خ": "h", "د": "d", "ذ": "d", "ر": "r",
    "ز": "s", "ژ": "j", "س": "s", "ش": "s", "ص": "s", "ض": "d", "ط": "t", "ظ": "s", "غ": "j", "ف": "f", "ق": "q",
    "ك": "k", "گ": "j", "ل": "l", "م": "m", "ن": "n",
}  # fmt: skip
_LABEL = re.compile(r"[a-z0-9\-]{3,}")
_NOT_NAMES = frozenset({"www", "com", "net", "org", "news", "info", "arabic", "online"})


def _latin_skeleton(name: str) -> str:
    for pair, single in _DIGRAPHS:
        name = name.replace(pair, single)
    skeleton = name.translate(_LATIN)
    return re.sub(r"[^a-z]", "", skeleton).removesuffix("h")


def _arabic_skeleton(name: str) -> str:
    return "".join(_ARABIC.get(letter, "") for letter in name).removesuffix("h")


@lru_cache(maxsize=NAMES_KEPT)
def is_own_name(name: str, source: str) -> bool:
    """Whether a name in Arabic letters has the consonants of a label of the source, which is in Latin letters."""
    skeleton = _arabic_skeleton(fold(name))
    if len(skeleton) < LEAST_SKELETON:
        return False
    labels = (label for label in _LABEL.findall(fold(source)) if label not in _NOT_NAMES)
    return any(skeleton in {_latin_skeleton(label), _latin_skeleton(label.removeprefix("al"))} for label in labels)
