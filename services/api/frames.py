"""Server-sent events, as bytes. See: https://html.spec.whatwg.org/multipage/server-sent-events.html"""

from __future__ import annotations

import msgspec

from services.cache.cursor import Cursor
from services.cache.reading import Item


class Resumed(msgspec.Struct, frozen=True):
    """Data of the `resumed` event."""

    detail: str = (
        "The index was rebuilt or its server restarted since your cursor: the stream goes on by time, "
        "so some articles may come again and none is left out."
    )


_RESUMED = msgspec.json.encode(Resumed())


def article_frame(item: Item) -> bytes:
    """An article as a `message` event, with its cursor as id."""
    # JSON holds no line end outside of strings, and inside them it is escaped: one data line is enough.
    return b"id: %s\ndata: %s\n\n" % (item.entry.cursor.encode().encode("ascii"), item.body)


def removal_frame(item: Item) -> bytes:
    """That an article is removed as a `removed` event, with its cursor as id."""
    return b"event: removed\n" + article_frame(item)


def item_frame(item: Item) -> bytes:
    """Whichever of the two it is."""
    return removal_frame(item) if item.entry.is_removal else article_frame(item)


def resumed_frame() -> bytes:
    """Tells that the stream goes on by time; without id, so that a reader cut off here is told again."""
    return b"event: resumed\ndata: %s\n\n" % _RESUMED


def heartbeat_frame(place: Cursor) -> bytes:
    """Moves the reader's Last-Event-ID to the place, and fires nothing."""
    return b": \nid: %s\n\n" % place.encode().encode("ascii")


def opening_frame(retry_ms: int) -> bytes:
    """How long the reader should wait before it comes back."""
    return b"retry: %d\n\n" % retry_ms
