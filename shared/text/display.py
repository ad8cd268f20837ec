"""Display text: what people read, with nothing folded, and nothing in it that cannot be shown or written."""

from __future__ import annotations

import html
import re
import unicodedata

import numpy as np
import numpy.typing as npt

# What no reader sees: controls, zero-width space and joiner of words, soft hyphen, byte-order mark, noncharacters,
# interlinear and deprecated format characters. ZWNJ and ZWJ stay: Persian, Indic scripts and emoji need them.
_UNSEEN_CLASS = (
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb"
    "\ufffe\uffff]"
)
_UNSEEN = re.compile(_UNSEEN_CLASS)
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_EMBEDDINGS = "\u202a\u202b\u202d\u202e"
_ISOLATES = "\u2066\u2067\u2068"
_POP_EMBEDDING = "\u202c"
_POP_ISOLATE = "\u2069"

# An ampersand may itself be escaped, any number of times; at most 8 are undone, more is not writing.
_ENTITY = re.compile(
    r"&(?:amp;|#0{0,3}38;|#[xX]0{0,3}26;){0,8}(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
    r"|&nbsp(?![=\w])|&nbsp(?=[^\x00-\x7f])"
)


# What a text holds that must be looked at, as bits; nearly every text holds little of it.
_SURROGATE, _AMPERSAND, _BREAK, _HIDDEN, _DIRECTION, _MARK = (1 << bit for bit in range(6))


def _has_table() -> npt.NDArray[np.uint8]:
    table = np.zeros(0x110000, np.uint8)
    table[0xD800:0xE000] = _SURROGATE
    table[0x1100:0x1200] = _MARK  # Korean letters, which compose
    table[0x2F800:0x2FA20] = _MARK  # compatibility ideographs
    table[0xE0000:0xE0200] = _MARK
    for code in [*range(0x3400), *range(0xA000, 0xAC00), *range(0xD7B0, 0xD800), *range(0xF900, 0x20000)]:
        char = chr(code)
        if unicodedata.category(char)[0] == "M" or not unicodedata.is_normalized("NFC", char):
            table[code] = _MARK
    every = "".join(map(chr, range(0x10000)))
    for bit, pattern in ((_AMPERSAND, "&"), (_BREAK, _BREAKS), (_HIDDEN, _UNSEEN), (_DIRECTION, _BIDI)):
        for char in re.findall(pattern, every):
            table[ord(char)] |= np.uint8(bit)
    return table


_TABLE = _has_table()


def _look(text: str) -> int:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    return int(np.bitwise_or.reduce(_TABLE[codes], initial=np.uint8(0)))


def display_text(text: str) -> str:
    """The text with its lines: NFC, entities resolved, stray controls gone, bidi controls balanced in each line.

    Line ends of every kind become `\\n`; spaces stay as they are.
    """
    if text.isascii() and text.isprintable() and "&" not in text:
        return text
    has = _look(text)
    if has & _AMPERSAND:
        text = _ENTITY.sub(_entity, text)
        has = _look(text)
    if has & _SURROGATE:
        text = _whole_characters(text)
        has = _look(text)
    if has & _BREAK:
        text = _BREAKS.sub("\n", text)
    if has & _HIDDEN:
        text = _UNSEEN.sub("", text)
    if has & _MARK and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if has & _DIRECTION:
        text = "\n".join(_balanced(line) for line in text.split("\n"))
    return text


def display_line(text: str) -> str:
    """The text as one line, with one space where any white space was."""
    return one_line(display_text(text))


def one_line(text: str) -> str:
    """The text with single spaces for any white space, and none at its ends."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(text.split())


def _whole_characters(text: str) -> str:
    """Two halves of a character that JSON carried apart become one; a lone half is no character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


def _entity(found: re.Match[str]) -> str:
    name = found[1]
    if name is None:
        return " "
    resolved = html.unescape(f"&{name};")
    return found[0] if resolved == f"&{name};" else resolved


def _balanced(line: str) -> str:
    """Openers without an end are closed at the end of the line; ends without an opener are dropped."""
    if not _BIDI.search(line):
        return line
    kept: list[str] = []
    open_ends: list[str] = []
    for char in line:
        if char in _EMBEDDINGS:
            open_ends.append(_POP_EMBEDDING)
        elif char in _ISOLATES:
            open_ends.append(_POP_ISOLATE)
        elif char in (_POP_EMBEDDING, _POP_ISOLATE):
            if not open_ends or open_ends[-1] != char:
                continue
            open_ends.pop()
        kept.append(char)
    return "".join([*kept, *reversed(open_ends)])
