"""An article as the index sees it: identity, coordinates, day of the event, fields that revisions differ in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

import msgspec

from services.deduplicator.fingerprint import Fingerprint, fingerprint
from shared.contracts import ClassifiedArticle, EnrichedArticle, Published
from shared.outcomes import Coordinates

FIELDS = ("title", "text", "author", "tags", "published", "url", "language", "attribution")
"""What `revision.changed` can name. The order is stored: add at the end only, 16 at most."""

FIELD_HASH_BYTES = 4  # compared only with the version before: a change is overlooked once in 2**32

REF_HASH_BYTES = 7
_DAYS_TOLD_APART = 256  # the last byte of a reference
_COARSE = frozenset({"month", "year"})  # precisions that say too little about the day

Ref = bytes
"""8 bytes for one revision of one article; the last is the day of the event, modulo 256."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What an article brings to the index."""

    id: bytes  # 16 bytes
    revision: bytes  # 8 bytes
    ref: Ref
    at: Coordinates
    day: int  # of the event, counted from 0001-01-01
    fields: bytes  # FIELD_HASH_BYTES for each of FIELDS
    fingerprint: Fingerprint


def entry_of(article: ClassifiedArticle, at: Coordinates, made: Fingerprint | None = None) -> Entry:
    """What a classified article brings to the index; its fingerprint may have been made with others."""
    return _entry(article, article.revision_hash, at, made or fingerprint(article.title, article.text))


def entry_of_published(article: EnrichedArticle, at: Coordinates, made: Fingerprint | None = None) -> Entry:
    """What an article brought to the index, from the event published of it."""
    return _entry(article, article.revision.hash, at, made or fingerprint(article.title, article.text))


def _entry(
    article: ClassifiedArticle | EnrichedArticle, revision_hash: str, at: Coordinates, made: Fingerprint
) -> Entry:
    article_id, revision = bytes.fromhex(article.id), bytes.fromhex(revision_hash)
    day = event_day(article.published, article.fetched_at)
    return Entry(
        id=article_id,
        revision=revision,
        ref=ref_of(article_id, revision, day),
        at=at,
        day=day,
        fields=field_hashes(article),
        fingerprint=made,
    )


def ref_of(article_id: bytes, revision: bytes, day: int) -> Ref:
    """The reference under which the index holds this revision."""
    hashed = blake2b(article_id + revision, digest_size=REF_HASH_BYTES).digest()
    return hashed + bytes([day % _DAYS_TOLD_APART])


def days_apart(ref: Ref, day: int) -> int:
    """How many days lie between the referenced event and the day, modulo 256."""
    apart = (ref[REF_HASH_BYTES] - day) % _DAYS_TOLD_APART
    return min(apart, _DAYS_TOLD_APART - apart)


def event_day(published: Published, fetched_at: str) -> int:
    """The day of publication, or of the fetch where the publication is known by month or year only."""
    day = _day(published.at)
    if day is None or published.precision in _COARSE:
        return _day(fetched_at) or day or 1
    return day


def _day(timestamp: str) -> int | None:
    try:
        return date.fromisoformat(timestamp[:10]).toordinal()
    except ValueError:
        return None


def field_hashes(article: ClassifiedArticle | EnrichedArticle) -> bytes:
    """A short hash of each of FIELDS, by which a revision tells what changed."""
    return b"".join(_field_hash(_field(article, name)) for name in FIELDS)


def _field(article: ClassifiedArticle | EnrichedArticle, name: str) -> object:
    if name == "published" and article.published.method == "fetched":
        return None  # nobody said when it was published: a later fetch is no change
    return getattr(article, name)


def _field_hash(value: object) -> bytes:
    # A lone surrogate is no valid Unicode, yet JSON can carry one.
    plain = repr(msgspec.to_builtins(value)).encode("utf-8", "surrogatepass")
    return blake2b(plain, digest_size=FIELD_HASH_BYTES).digest()
