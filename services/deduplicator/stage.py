"""The deduplicator as a stage: classified articles in; enriched events, or nothing new, out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from services.deduplicator.decide import decide
from services.deduplicator.entry import Entry, entry_of
from services.deduplicator.fingerprint import fingerprints
from services.deduplicator.generations import looked_up_since
from services.deduplicator.index import Answer, Claim, Index
from services.deduplicator.published import PublishedRecord, restored_from
from shared.clock import Clock, rfc3339, system_clock
from shared.contracts import ClassifiedArticle, Duplicate, EnrichedArticle, Revision
from shared.outcomes import Outcome, Poison, Publish, Reason, Received, Unchanged
from shared.positions import Span

_KEPT = tuple(name for name in EnrichedArticle.__struct_fields__ if name in ClassifiedArticle.__struct_fields__)
_OWN = frozenset({"schema", "pipeline"})


class Deduplicator:
    """Says of each article what it repeats and which version it is."""

    def __init__(self, index: Index, *, clock: Clock = system_clock) -> None:
        self._index = index
        self._clock = clock

    async def process(self, batch: Sequence[Received[ClassifiedArticle]], span: Span) -> list[Outcome[EnrichedArticle]]:
        """One outcome for each input, in order. The span may reach past the batch, which may be empty.

        Raises TransientError where the index is away, PositionBehindError where it has lost what the span follows.
        """
        entries = await asyncio.to_thread(_entries, batch)
        answers = iter(await decide(self._index, span, [entry for entry in entries if isinstance(entry, Entry)]))
        at = rfc3339(self._clock())
        return [
            entry if isinstance(entry, Poison) else _outcome(received.article, next(answers), at)
            for received, entry in zip(batch, entries, strict=True)
        ]

    async def restore(self, span: Span, published: Sequence[PublishedRecord]) -> None:
        """Gives an index that has lost data what was published of the span's inputs, and moves its position.

        Raises TransientError and PositionBehindError as `process` does.
        """
        since = looked_up_since(self._clock, self._index.window_days)
        ordered = sorted(published, key=lambda record: record.at)
        restored = await asyncio.to_thread(restored_from, ordered, indexed_since=since)
        await self._index.restore(span, restored)

    async def positions(self, topic: str, partitions: Sequence[int]) -> Sequence[int]:
        """The offset that the index knows of each partition, `NO_OFFSET` for none. Raises TransientError."""
        return await self._index.positions(topic, partitions)


def _entries(batch: Sequence[Received[ClassifiedArticle]]) -> list[Entry | Poison]:
    try:
        made = fingerprints([(received.article.title, received.article.text) for received in batch])
        return [entry_of(received.article, received.at, one) for received, one in zip(batch, made, strict=True)]
    except Exception:  # a defect, on one of them: which one shows when each is made alone
        return [_entry(received) for received in batch]


def _entry(received: Received[ClassifiedArticle]) -> Entry | Poison:
    try:
        return entry_of(received.article, received.at)
    except Exception as exc:
        return Poison(Reason.FAILED, f"the fingerprint of {received.article.id} failed: {type(exc).__name__}: {exc}")


def _outcome(article: ClassifiedArticle, answer: Answer, enriched_at: str) -> Outcome[EnrichedArticle]:
    if not answer.own:
        return Unchanged()
    claim = answer.claim
    kept = {name: getattr(article, name) for name in _KEPT if name not in _OWN}
    return Publish(
        EnrichedArticle(
            **kept,
            pipeline=msgspec.structs.replace(article.pipeline, enriched_at=enriched_at),
            revision=_revision(article, claim),
            duplicate=_duplicate(claim),
        )
    )


def _revision(article: ClassifiedArticle, claim: Claim) -> Revision:
    return Revision(
        number=claim.number,
        hash=article.revision_hash,
        previous=claim.previous.hex() if claim.previous else None,
        changed=list(claim.changed),
    )


def _duplicate(claim: Claim) -> Duplicate | None:
    match = claim.match
    if match is None:
        return None
    return Duplicate(
        relation=match.relation,
        of=match.of.hex(),
        group=claim.group.hex(),
        joined=[group.hex() for group in claim.joined],
        containment=match.containment / 1000,
        contained=match.contained / 1000,
        method=match.method,
    )
