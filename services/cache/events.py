"""What `articles.enriched` tells the cache: an article, or that one is removed."""

from __future__ import annotations

import re

import msgspec
from aiokafka import ConsumerRecord

from shared.contracts import EnrichedArticle, decode
from shared.contracts.articles import ArticleId
from shared.outcomes import PoisonError, Reason

_ID = re.compile(rb"[0-9a-f]{32}")


REMOVED_TYPE = "khabar.removed.v1"
"""Of the event that an article is removed, wherever events have types."""


class Removal(msgspec.Struct, frozen=True):
    """The article of that id is removed, with every revision up to now."""

    id: ArticleId


Event = EnrichedArticle | Removal


def removal_of(key: bytes | None) -> Removal:
    """What a record without a value means. Raises PoisonError where its key is no article's id."""
    if key is None or not _ID.fullmatch(key):
        raise PoisonError(
            Reason.INVALID_ARTICLE, "the message has no value, which removes an article, but its key is no article's id"
        )
    return Removal(key.decode("ascii"))


def event_of(record: ConsumerRecord) -> Event:
    """The record's event. Raises PoisonError."""
    return removal_of(record.key) if record.value is None else decode(record.value, EnrichedArticle)
