"""What is sent: the enriched event, or that an article is removed, in an envelope and within what receivers take."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec
import orjson

from services.cache.cursor import Cursor
from services.cache.events import REMOVED_TYPE, Removal
from shared.clock import rfc3339
from shared.topics import ENRICHED

LIMIT_BYTES = 20_000  # the specification asks for less than 20 KB
_ALWAYS = frozenset({"schema", "id", "revision"})


def message_id(article: str, revision: int) -> str:
    """The same for every try, process and subscription, so that a receiver can drop repeats; without a dot."""
    return f"{article}-{revision}"


def removal_id(article: str, cursor: Cursor) -> str:
    """As `message_id`, of one removal: an article that came again may be removed again."""
    return f"{article}-removed-{cursor.time_ms}"


def removal_payload(article: str, cursor: Cursor) -> bytes:
    """The bytes to sign and send where the article is removed."""
    return _message(_envelope(REMOVED_TYPE, cursor), [], msgspec.json.encode(Removal(article)))


def payload(article: str, revision: int, cursor: Cursor, body: bytes, *, api_url: str = "") -> bytes:
    """The bytes to sign and send for one revision, whose stored JSON is the body.

    Where the whole is too large, the largest fields are left out, the largest first, and `omitted` names them.
    """
    link = f"{api_url.rstrip('/')}/v1/articles/{quote(article)}?revision={revision}"
    envelope = {**_envelope(ENRICHED.event_type, cursor), "link": link}
    whole = _message(envelope, [], body)
    return whole if len(whole) <= LIMIT_BYTES else _without_the_largest(envelope, orjson.loads(body))


def _envelope(event_type: str, cursor: Cursor) -> dict[str, str]:
    return {"type": event_type, "timestamp": rfc3339(cursor.time_ms / 1000), "cursor": cursor.encode()}


def _without_the_largest(envelope: dict[str, str], event: dict[str, Any]) -> bytes:
    sizes = {name: len(orjson.dumps(value)) for name, value in event.items() if name not in _ALWAYS}
    omitted: list[str] = []
    for name in sorted(sizes, key=lambda name: -sizes[name]):
        omitted.append(name)
        kept = {field: value for field, value in event.items() if field not in omitted}
        message = _message(envelope, omitted, orjson.dumps(kept))
        if len(message) <= LIMIT_BYTES:
            return message
    raise ValueError(f"{event['id']}: its id and revision alone are more than {LIMIT_BYTES} bytes")


def _message(envelope: dict[str, str], omitted: list[str], event: bytes) -> bytes:
    opening = orjson.dumps({**envelope, "omitted": omitted})
    return b'%s,"data":%s}' % (opening[:-1], event)
