"""Bytes of a page or file to text: UTF-8 where it is, else what the page declares, else what it looks like."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

DECLARED_WITHIN = 4096
"""Bytes from the start in which a page declares its encoding (HTML asks for 1,024; many are late)."""
SAMPLE = 1 << 16
"""Bytes that the encoding is guessed from: more costs time and changes nothing."""

_DECLARED = re.compile(
    rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_\-:.]{2,40})|encoding\s*=\s*["']([A-Za-z0-9_\-:.]{2,40})""", re.I
)
# What browsers read these names as: pages that declare the ISO sets are written in the Windows ones.
_AS_BROWSERS_DO = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-6": "cp1256",
    "gb2312": "gb18030",
}
# Encodings that news was written in before UTF-8: among all that there are, the guess is worse.
_COMMON = [
    "cp1256", "cp1251", "cp1252", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1250",
    "gb18030", "shift_jis", "euc_kr", "big5",
]  # fmt: skip
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(body: bytes, declared: str | None = None) -> str:
    """The text of the bytes; what cannot be decoded becomes U+FFFD. `declared`: the charset of the HTTP header."""
    for mark, unicode in _MARKS:
        if body.startswith(mark):
            return body.decode(unicode, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for name in (declared, _declaration(body)):
        encoding = _codec(name) if name else None
        if encoding is not None and encoding != "utf-8":
            return body.decode(encoding, "replace")
    return _guessed(body)


def _declaration(body: bytes) -> str | None:
    found = _DECLARED.search(body[:DECLARED_WITHIN])
    return (found[1] or found[2]).decode("ascii") if found else None


def _codec(name: str) -> str | None:
    try:
        known = codecs.lookup(name).name
        b"a".decode(known)  # some codecs of Python do not give text
    except (LookupError, ValueError):
        return None
    return _AS_BROWSERS_DO.get(known, known)


def _guessed(body: bytes) -> str:
    best = from_bytes(body[:SAMPLE], cp_isolation=_COMMON).best() or from_bytes(body[:SAMPLE]).best()
    return body.decode(best.encoding if best is not None else "utf-8", "replace")
