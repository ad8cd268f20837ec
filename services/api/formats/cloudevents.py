"""Articles as CloudEvents in JSON, with the attributes that they have on Kafka: whoever reads both sees one event.

See: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from services.cache.events import REMOVED_TYPE
from services.cache.reading import Entry
from shared.clock import rfc3339
from shared.contracts import Pipeline, Revision
from shared.topics import DEDUPLICATOR, ENRICHED

MEDIA_TYPE = "application/cloudevents+json"
BATCH_MEDIA_TYPE = "application/cloudevents-batch+json"


class _Named(msgspec.Struct, frozen=True):
    """What the attributes are made from; the rest of an article is passed on unread."""

    id: str
    revision: Revision
    pipeline: Pipeline


_NAMED = msgspec.json.Decoder(_Named)


def event(body: bytes) -> bytes:
    """The event around an article's stored bytes."""
    article = _NAMED.decode(body)
    attributes = msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": f"{article.id}.{article.revision.hash}",
            "source": f"khabar/{DEDUPLICATOR.name}",
            "type": ENRICHED.event_type,
            "time": article.pipeline.enriched_at or article.pipeline.normalized_at,
            "subject": article.id,
            "datacontenttype": "application/json",
            "dataschema": "urn:khabar:enriched:v1",
        }
    )
    return b'%s,"data":%s}' % (attributes[:-1], body)


def removal_event(entry: Entry) -> bytes:
    """That the article is removed: without data."""
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": f"{entry.id}.removed.{entry.cursor.encode()}",
            "source": "khabar/remove",
            "type": REMOVED_TYPE,
            "time": rfc3339(entry.cursor.time_ms / 1000),
            "subject": entry.id,
        }
    )


def batched(events: Sequence[bytes]) -> bytes:
    """The events as one array."""
    return b"[%s]" % b",".join(events)
