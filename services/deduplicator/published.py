"""Events that were published, read back to restore an index that has lost them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.deduplicator.entry import entry_of_published
from services.deduplicator.index import Claim, Match, Restored
from shared.contracts import Duplicate, EnrichedArticle
from shared.outcomes import Coordinates

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class PublishedRecord:
    """An event of `articles.enriched`, with the coordinates of the input that made it."""

    article: EnrichedArticle
    at: Coordinates


def restored_from(record: PublishedRecord, *, indexed_since: float) -> Restored:
    """What the index held of the event; judged by others if it arrived at `indexed_since` (epoch seconds) or later."""
    article = record.article
    entry = entry_of_published(article, record.at)
    revision, duplicate = article.revision, article.duplicate
    claim = Claim(
        at=record.at,
        number=revision.number,
        previous=bytes.fromhex(revision.previous) if revision.previous else None,
        changed=tuple(revision.changed),
        match=_match(duplicate) if duplicate else None,
        group=bytes.fromhex(duplicate.group) if duplicate else entry.id,
    )
    return Restored(entry, claim, indexed=_arrived(article) >= indexed_since)


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


def indexed_since(now: float, window_days: int) -> float:
    """The start of the oldest day whose arrivals are still looked up."""
    return (now // _DAY_SECONDS - window_days) * _DAY_SECONDS
