"""Which of the articles that share keys are judged, and which of those judged is the match."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.deduplicator.entry import Entry, Ref, days_apart
from services.deduplicator.index import Match, Record
from services.deduplicator.verdict import Verdict, judge, promising
from shared.contracts import Relation

JUDGED_AT_MOST = 32  # candidates of one article: the mean is 4, and a match shares more keys than chance does

_STRENGTH: dict[Relation, int] = {"copy": 2, "extension": 1, "excerpt": 1}
_NEAR_TIE = 20  # thousandths: nearer than this, the original of a group goes before its copies


@dataclass(frozen=True, slots=True)
class Matched:
    """The match, the reference of its record, its group, and copies in other groups, one of each."""

    match: Match
    ref: Ref
    group: bytes
    joins: tuple[Ref, ...]


def ranked(entry: Entry, refs: Iterable[Ref], window_days: int) -> tuple[Ref, ...]:
    """The references to judge: in the window, those that share most keys first, then in the order of arrival."""
    shared = Counter(refs)
    near = [ref for ref in shared if ref != entry.ref and days_apart(ref, entry.day) <= window_days]
    near.sort(key=shared.__getitem__, reverse=True)
    return tuple(near[:JUDGED_AT_MOST])


def is_candidate(entry: Entry, record: Record, window_days: int) -> bool:
    """Not the article itself, not a copy made of it, and no further away in time than the window."""
    return record.id != entry.id and record.group != entry.id and abs(record.day - entry.day) <= window_days


def best_match(entry: Entry, refs: Sequence[Ref], records: Sequence[Record | None], window_days: int) -> Matched | None:
    """The match among the candidates: copies first, then by what is shared, then the original of a group.

    `refs` and `records` go together; their order decides between equals.
    """
    candidates = [
        (ref, record)
        for ref, record in zip(refs, records, strict=True)
        if record is not None and is_candidate(entry, record, window_days)
    ]
    this = entry.fingerprint.sketch
    best: tuple[Match, Ref, bytes] | None = None
    copies: dict[bytes, Ref] = {}  # the first of each group
    best_rank: tuple[int, int, bool] | None = None
    for (ref, record), maybe in zip(
        candidates, promising(this, [record.sketch for _, record in candidates]), strict=True
    ):
        if not maybe:
            continue
        verdict = judge(this, record.sketch)
        if verdict.relation is None:
            continue
        if verdict.relation == "copy":
            copies.setdefault(record.group, ref)
        rank = _rank(verdict.relation, verdict, record)
        if best_rank is None or rank > best_rank:
            best_rank = rank
            match = Match(record.id, verdict.relation, verdict.containment, verdict.contained, verdict.method)
            best = match, ref, record.group
    if best is None:
        return None
    match, ref, group = best
    return Matched(match, ref, group, tuple(other for other_group, other in copies.items() if other_group != group))


def _rank(relation: Relation, verdict: Verdict, record: Record) -> tuple[int, int, bool]:
    shared = (verdict.containment + verdict.contained) // _NEAR_TIE
    return _STRENGTH[relation], shared, record.group == record.id
