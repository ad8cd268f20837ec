"""Look up, judge, claim; and again from the article that somebody else's claim made stale."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from services.deduplicator.entry import Entry
from services.deduplicator.index import CALL_ENTRIES, Answer, Index
from services.deduplicator.proposals import propose, wanted
from shared.positions import Span


async def decide(index: Index, span: Span, entries: Sequence[Entry]) -> list[Answer]:
    """One stored decision for each entry, in order; moves the position to the end of the span.

    Raises TransientError where the index is away, PositionBehindError where it has lost what the span follows.
    """
    if not entries:
        await index.claim(span, 0, ())
        return []
    answers: list[Answer] = []
    follows = span.follows
    while len(answers) < len(entries):
        part = entries[len(answers) : len(answers) + CALL_ENTRIES]
        last = len(answers) + len(part) == len(entries)
        reaches = span.reaches if last else part[-1].at.offset
        claimed = await _decide_part(index, Span(span.topic, span.partition, follows, reaches), part)
        answers += claimed
        if claimed:
            follows = part[len(claimed) - 1].at.offset
    return answers


async def _decide_part(index: Index, span: Span, entries: Sequence[Entry]) -> tuple[Answer, ...]:
    lookup = await index.lookup(entries)
    needed = wanted(entries, lookup, index.window_days)
    records = await index.records(lookup.generation, needed.refs)
    proposals = await asyncio.to_thread(propose, entries, lookup, needed, records, index.window_days)
    claimed = await index.claim(span, lookup.generation, proposals)
    return claimed.answers
