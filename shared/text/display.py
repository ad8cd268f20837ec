"""Display text: what people read, with nothing folded, and nothing in it that cannot be shown or written."""

from __future__ import annotations

import html
import re
import unicodedata

# What no reader sees: controls, zero-width space and joiner of words, soft hyphen, byte-order mark, noncharacters,
# interlinear and deprecated format characters. ZWNJ and ZWJ stay: Persian, Indic scripts and emoji need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\uffff\ufdd0-\ufdef]"
)
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_EMBEDDINGS = "\u202a\u202b\u202d\u202e"
_ISOLATES = "\u2066\u2067\u2068"
_POP_EMBEDDING = "\u202c"
_POP_ISOLATE = "\u2069"

# An ampersand may itself be escaped, any number of times; at most 8 are undone, more is not writing.
_ENTITY = re.compile(
    r"&(?:amp;|#38;|#x26;){0,8}(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|&nbsp(?![=\w])"
)


def display_text(text: str) -> str:
    """The text with its lines: NFC, entities resolved, stray controls gone, bidi controls balanced in each line."""
    if not text.isascii():
        text = _whole_characters(text)
    if "&" in text:
        text = _whole_characters(_ENTITY.sub(_entity, text))
    text = _UNSEEN.sub("", _BREAKS.sub("\n", text))
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if _BIDI.search(text):
        text = "\n".join(_balanced(line) for line in text.split("\n"))
    return text


def display_line(text: str) -> str:
    """The text as one line, with one space where any white space was."""
    return one_line(display_text(text).replace("\n", " "))


def one_line(text: str) -> str:
    """The line with single spaces, and none at its ends."""
    return " ".join(text.split())


def _whole_characters(text: str) -> str:
    """Two halves of a character that JSON carried apart become one; a lone half is no character."""
    if not _SURROGATE.search(text):
        return text
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
