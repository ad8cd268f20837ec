"""Judges a batch against what the index found and against its own earlier articles, before anything is claimed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from services.deduplicator.candidates import best_match, ranked
from services.deduplicator.entry import Entry, Ref
from services.deduplicator.index import Found, Lookup, Proposal, Record


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is needed to judge: the references for each entry, best first, and all of them, each once."""

    of_each: tuple[tuple[Ref, ...], ...]
    refs: tuple[Ref, ...]


def wanted(entries: Sequence[Entry], lookup: Lookup, window_days: int) -> Wanted:
    """The references to judge each entry against, none where it was claimed before."""
    of_each = tuple(
        () if found.claim else ranked(entry, chain(found.older, found.current), window_days)
        for entry, found in zip(entries, lookup.found, strict=True)
    )
    return Wanted(of_each, tuple(dict.fromkeys(chain.from_iterable(of_each))))


def propose(
    entries: Sequence[Entry],
    lookup: Lookup,
    needed: Wanted,
    records: Sequence[Record | None],
    window_days: int,
) -> tuple[Proposal, ...]:
    """What each entry is judged to be; `records` are those under `needed.refs`."""
    judging = _Judging(needed.refs, records, window_days)
    return tuple(
        judging.propose(entry, found, refs)
        for entry, found, refs in zip(entries, lookup.found, needed.of_each, strict=True)
    )


class _Judging:
    """One pass over a batch, which remembers the entries that it has passed."""

    def __init__(self, refs: Sequence[Ref], records: Sequence[Record | None], window_days: int) -> None:
        self._records = dict(zip(refs, records, strict=True))
        self._window_days = window_days
        self._passed: dict[int, list[Ref]] = {}

    def propose(self, entry: Entry, found: Found, stored: tuple[Ref, ...]) -> Proposal:
        """The entry judged against what is stored and what was passed before it."""
        seen = frozenset(found.current)
        if found.claim is not None:
            return Proposal(entry, None, None, (), seen, claimed=True)
        passed = [ref for key in entry.fingerprint.keys if key in self._passed for ref in self._passed[key]]
        refs = stored
        if passed:
            refs = ranked(entry, chain(found.older, found.current, passed), self._window_days)
        best = best_match(entry, refs, [self._records.get(ref) for ref in refs], self._window_days)
        self._pass(entry, best.group if best else entry.id)
        if best is None:
            return Proposal(entry, None, None, (), seen, claimed=False)
        return Proposal(entry, best.match, best.ref, best.joins, seen, claimed=False)

    def _pass(self, entry: Entry, group: bytes) -> None:
        if self._records.get(entry.ref) is not None:
            return
        self._records[entry.ref] = Record(entry.id, entry.revision, group, entry.day, entry.fingerprint.sketch)
        for key in entry.fingerprint.keys:
            self._passed.setdefault(key, []).append(entry.ref)
