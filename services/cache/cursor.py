"""The one cursor that pages, streams and feeds share; opaque to readers, so that what it holds can change."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

_FORM = re.compile(rb"1:([0-9a-f]{0,32}):([0-9]{1,15}):([0-9]{1,15})")
MAX_CURSOR_CHARACTERS = 100  # the longest that `encode` gives is 92


class BadCursorError(ValueError):
    """The text is no cursor that Khabar gave."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the order of arrival: epoch of the index (empty: none yet), sequence, and when (ms) it was applied."""

    epoch: str
    sequence: int
    time_ms: int

    def encode(self) -> str:
        """The text that readers keep: URL-safe."""
        plain = f"1:{self.epoch}:{self.sequence}:{self.time_ms}".encode("ascii")
        return base64.urlsafe_b64encode(plain).rstrip(b"=").decode("ascii")


START = Cursor(epoch="", sequence=0, time_ms=0)


def decode_cursor(text: str) -> Cursor:
    """The cursor in the text. Raises BadCursorError."""
    found = _FORM.fullmatch(_decoded(text)) if len(text) <= MAX_CURSOR_CHARACTERS else None
    if found is None:
        raise BadCursorError("not a cursor that Khabar gave; leave it out to begin anew")
    return Cursor(epoch=found[1].decode("ascii"), sequence=int(found[2]), time_ms=int(found[3]))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return b""
