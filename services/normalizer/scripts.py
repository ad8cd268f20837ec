"""Which script a text is written in: the gate that the language must fit through, and its direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Script:
    """A script: its ISO 15924 code, code point ranges, languages that use it in news, and its direction.

    `languages` is empty where too many use it to name them.
    """

    code: str
    ranges: tuple[tuple[int, int], ...]
    languages: frozenset[str] = frozenset()
    is_rtl: bool = False


def _languages(codes: str) -> frozenset[str]:
    return frozenset(codes.split())


LATIN = Script("Latn", ((0x41, 0x5A), (0x61, 0x7A), (0xC0, 0x24F), (0x1E00, 0x1EFF)))
ARABIC = Script(
    "Arab",
    (
        (0x620, 0x64A),
        (0x66E, 0x6D3),
        (0x6EE, 0x6FF),
        (0x750, 0x77F),
        (0x8A0, 0x8C7),
        (0xFB50, 0xFDFB),
        (0xFE70, 0xFEFC),
    ),
    _languages("ar fa ur ckb ku ps sd ug azb pnb mzn arz lrc glk ks ms ota skr kk ky uz tg"),
    is_rtl=True,
)
SCRIPTS = (
    LATIN,
    ARABIC,
    Script(
        "Cyrl",
        ((0x400, 0x52F), (0x1C80, 0x1C8F)),
        _languages(
            "ru uk bg sr mk be kk ky tg mn tt ba cv os ce av kv sah xal bxr mhr mrj myv mdf udm krc kum lez tyv uz "
            "rue ab az tk sh bs"
        ),
    ),
    Script("Grek", ((0x370, 0x3FF), (0x1F00, 0x1FFF)), _languages("el")),
    Script("Hebr", ((0x5D0, 0x5F4), (0xFB1D, 0xFB4F)), _languages("he yi"), is_rtl=True),
    Script("Armn", ((0x531, 0x587),), _languages("hy")),
    Script("Geor", ((0x10A0, 0x10FF), (0x1C90, 0x1CBF)), _languages("ka xmf")),
    Script("Deva", ((0x900, 0x97F),), _languages("hi mr ne sa mai bho new gom bh dty")),
    Script("Beng", ((0x980, 0x9FF),), _languages("bn as bpy")),
    Script("Guru", ((0xA00, 0xA7F),), _languages("pa")),
    Script("Gujr", ((0xA80, 0xAFF),), _languages("gu")),
    Script("Orya", ((0xB00, 0xB7F),), _languages("or")),
    Script("Taml", ((0xB80, 0xBFF),), _languages("ta")),
    Script("Telu", ((0xC00, 0xC7F),), _languages("te")),
    Script("Knda", ((0xC80, 0xCFF),), _languages("kn")),
    Script("Mlym", ((0xD00, 0xD7F),), _languages("ml")),
    Script("Sinh", ((0xD80, 0xDFF),), _languages("si")),
    Script("Thai", ((0xE00, 0xE7F),), _languages("th")),
    Script("Laoo", ((0xE80, 0xEFF),), _languages("lo")),
    Script("Tibt", ((0xF00, 0xFFF),), _languages("bo dz")),
    Script("Mymr", ((0x1000, 0x109F),), _languages("my")),
    Script("Khmr", ((0x1780, 0x17FF),), _languages("km")),
    Script("Ethi", ((0x1200, 0x139F),), _languages("am ti")),
    Script("Thaa", ((0x780, 0x7BF),), _languages("dv"), is_rtl=True),
    Script("Syrc", ((0x700, 0x74F),), _languages("arc syr"), is_rtl=True),
    Script("Hang", ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7AF)), _languages("ko")),
    Script("Kana", ((0x3040, 0x30FF), (0x31F0, 0x31FF)), _languages("ja")),
    Script("Hani", ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF)), _languages("zh ja")),
)

_NO_SCRIPT = len(SCRIPTS)
_KANA = next(place for place, script in enumerate(SCRIPTS) if script.code == "Kana")
_HAN = next(place for place, script in enumerate(SCRIPTS) if script.code == "Hani")
# Japanese is written in both; a tenth of kana is far below any Japanese sentence and above any Chinese one.
_LEAST_KANA = 0.1


def _script_table() -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    table = np.full(0x110000, _NO_SCRIPT, np.uint8)
    for place, script in enumerate(SCRIPTS):
        for first, last in script.ranges:
            table[first : last + 1] = place
    return table


_TABLE = _script_table()


@dataclass(frozen=True, slots=True)
class Written:
    """The script of most letters, None where there are no letters, and how many letters it has in the text."""

    script: Script | None
    letters: int


def script_of(text: str) -> Written:
    """The script that most letters of the text belong to."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    counts = np.bincount(_TABLE[codes], minlength=_NO_SCRIPT + 1)[:_NO_SCRIPT]
    if counts[_KANA] >= _LEAST_KANA * counts[_HAN]:
        counts[_KANA] += counts[_HAN] if counts[_KANA] else 0
    place = int(counts.argmax())
    letters = int(counts[place])
    return Written(SCRIPTS[place] if letters else None, letters)
