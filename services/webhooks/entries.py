"""What is kept of a message in Redis while it waits, and when it was given up: msgpack."""

from __future__ import annotations

import msgspec

from services.cache.cursor import Cursor, decode_cursor
from services.webhooks.payload import message_id, removal_id

REMOVAL = 0  # in the place of a revision's number, which begin with 1


class Pending(msgspec.Struct, frozen=True, array_like=True):
    """A message that is to be delivered: a revision of an article, or that it is removed.

    `packed`: what is sent, kept from the first failed try on.
    """

    article: str
    revision: int
    cursor: str
    tries: int = 0
    reason: str = ""
    packed: bytes = b""

    @property
    def id(self) -> str:
        """The webhook-id."""
        return removal_id(self.article, self.place) if self.is_removal else message_id(self.article, self.revision)

    @property
    def is_removal(self) -> bool:
        """Whether it tells that the article is removed."""
        return self.revision == REMOVAL

    @property
    def place(self) -> Cursor:
        """Where the article stands in the order of arrival."""
        return decode_cursor(self.cursor)


class Dead(msgspec.Struct, frozen=True, array_like=True):
    """A message that was given up, with why and when; without article: a stretch that nobody can send any more."""

    id: str
    reason: str
    at_ms: int
    pending: Pending | None = None


def encoded(entry: Pending | Dead) -> bytes:
    """Its bytes."""
    return msgspec.msgpack.encode(entry)


def pending_of(kept: bytes) -> Pending:
    """The entry in the bytes."""
    return msgspec.msgpack.decode(kept, type=Pending)


def dead_of(kept: bytes) -> Dead:
    """The entry in the bytes."""
    return msgspec.msgpack.decode(kept, type=Dead)
