"""Events that were published, read back to restore an index that has lost them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.deduplicator.entry import Entry, entry_of_published
from services.deduplicator.fingerprint import fingerprints
from services.deduplicator.index import Claim, Match, Restored
from shared.contracts import Duplicate, EnrichedArticle
from shared.outcomes import Coordinates


@dataclass(frozen=True, slots=True)
class PublishedRecord:
    """An event of `articles.enriched`, with the coordinates of the input that made it."""

    article: EnrichedArticle
    at: Coordinates


def restored_from(records: Sequence[PublishedRecord], *, indexed_since: float) -> list[Restored]:
    """What the index held of the events, in order; judged by others if they arrived at `indexed_since` or later.

    `indexed_since` is in epoch seconds.
    """
    made = fingerprints([(record.article.title, record.article.text) for record in records])
    return [
        _restored(record, entry_of_published(record.article, record.at, one), indexed_since)
        for record, one in zip(records, made, strict=True)
    ]


def _restored(record: PublishedRecord, entry: Entry, indexed_since: float) -> Restored:
    revision, duplicate = record.article.revision, record.article.duplicate
    claim = Claim(
        at=record.at,
        number=revision.number,
        previous=bytes.fromhex(revision.previous) if revision.previous else None,
        changed=tuple(revision.changed),
        match=_match(duplicate) if duplicate else None,
        group=bytes.fromhex(duplicate.group) if duplicate else entry.id,
        joined=tuple(map(bytes.fromhex, duplicate.joined)) if duplicate else (),
    )
    return Restored(entry, claim, indexed=_arrived(record.article) >= indexed_since)


def _match(duplicate: Duplicate) -> Match:
    return Match(
        of=bytes.fromhex(duplicate.of),
        relation=duplicate.relation,
        containment=round(duplicate.containment * 1000),
        contained=round(duplicate.contained * 1000),
        method=duplicate.method,
    )


def _arrived(article: EnrichedArticle) -> float:
    at = article.pipeline.enriched_at or article.pipeline.normalized_at
    return datetime.fromisoformat(at).timestamp()
