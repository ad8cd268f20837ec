"""A raw article as the Kafka record that producers of ours send: `khabar push` and `POST /v1/articles`."""

from __future__ import annotations

from shared.contracts import RawArticle
from shared.outcomes import PoisonError, Reason
from shared.stream.records import RECORD_OVERHEAD_BYTES
from shared.text.urls import canonical_url
from shared.topics import RAW


def raw_key(article: RawArticle) -> bytes | None:
    """What keeps one article's versions in order: its canonical url, else its external id, else nothing."""
    key = (canonical_url(article.url) if article.url else None) or article.external_id
    return key.encode() if key else None


def refuse_too_large(value: bytes) -> None:
    """Tells a producer at once what the topic would refuse. Raises PoisonError."""
    size = len(value) + RECORD_OVERHEAD_BYTES
    if size > RAW.max_record_bytes:
        raise PoisonError(
            Reason.TOO_LARGE, f"the article takes {size:,} bytes, and {RAW.name} takes at most {RAW.max_record_bytes:,}"
        )
