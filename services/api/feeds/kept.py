"""The feeds that were written last: many readers ask for the same one, and writing it costs more than finding it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

# Measured, 20 articles: 0.3 ms to read them and 1.6 ms to write them as Atom. A hundred such feeds of 77 KB.
KEPT_BYTES = 8 << 20


class Kept:
    """What was written, by all that it was made from; the longest unused goes first."""

    def __init__(self, most_bytes: int = KEPT_BYTES) -> None:
        self._most_bytes, self._bytes = most_bytes, 0
        self._documents: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, key: Hashable, write: Callable[[], bytes]) -> bytes:
        """The document of that key, written now where it is not kept."""
        document = self._documents.pop(key, None)
        if document is None:
            document = write()
            self._bytes += len(document)
        self._documents[key] = document
        while self._bytes > self._most_bytes:
            _, oldest = self._documents.popitem(last=False)
            self._bytes -= len(oldest)
        return document
