"""The index in memory, for one process without servers: the same answers as the one in Redis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from services.deduplicator.entry import FIELD_HASH_BYTES, FIELDS, Entry, Ref
from services.deduplicator.generations import NO_GENERATION, generation_of, looked_up
from services.deduplicator.index import (
    CLAIM_DAYS,
    JOINS_FOLLOWED,
    REFS_PER_KEY,
    WINDOW_DAYS,
    Answer,
    Claim,
    Claimed,
    Found,
    Lookup,
    Proposal,
    Record,
    Restored,
)
from services.deduplicator.packing import REF_BYTES, split_refs
from shared.clock import Clock, system_clock
from shared.positions import NO_OFFSET, PositionBehindError, Span


@dataclass(slots=True)
class _Versions:
    """The claims of one article, and its latest version."""

    touched: int  # the generation that asked last
    number: int = 0
    revision: bytes | None = None
    fields: bytes = b""
    claims: dict[bytes, Claim] = field(default_factory=dict)


@dataclass(slots=True)
class _Generation:
    """What arrived together: postings (references one after the other), the records behind them, groups joined."""

    postings: dict[int, bytes] = field(default_factory=dict)
    records: dict[Ref, Record] = field(default_factory=dict)
    joins: dict[bytes, bytes] = field(default_factory=dict)


class MemoryIndex:
    """An `Index` for one process; nothing outlives it."""

    def __init__(
        self, *, window_days: int = WINDOW_DAYS, claim_days: float = CLAIM_DAYS, clock: Clock = system_clock
    ) -> None:
        self._window_days = window_days
        self._claim_days = claim_days
        self._clock = clock
        self._generation = NO_GENERATION
        self._generations: dict[int, _Generation] = {}
        self._versions: dict[bytes, _Versions] = {}
        self._positions: dict[tuple[str, int], int] = {}

    @property
    def window_days(self) -> int:
        """How many days apart two events may lie."""
        return self._window_days

    async def lookup(self, entries: Sequence[Entry]) -> Lookup:
        """What is known of each entry."""
        self._turn(generation_of(self._clock, self._window_days))
        return await self.peek(entries)

    async def peek(self, entries: Sequence[Entry]) -> Lookup:
        """As `lookup`, for whoever claims nothing: whatever the clock here says, no generation begins."""
        return Lookup(self._generation, tuple(self._find(entry) for entry in entries))

    def _turn(self, generation: int) -> None:
        """A new one begins: what has left the window is dropped."""
        if generation <= self._generation:
            return
        self._generation = generation
        self._generations.setdefault(generation, _Generation())
        for old in [one for one in self._generations if one not in looked_up(generation, self._window_days)]:
            del self._generations[old]
        kept_from = generation - self._claim_days - self._window_days  # asked for at the end of its generation, maybe
        expired = [one for one, versions in self._versions.items() if versions.touched < kept_from]
        for one in expired:
            del self._versions[one]

    def _find(self, entry: Entry) -> Found:
        versions = self._versions.get(entry.id)
        older: list[bytes] = []
        current: list[bytes] = []
        for one in sorted(self._generations):
            postings = self._generations[one].postings
            found = [postings[key] for key in entry.fingerprint.keys if key in postings]
            (current if one == self._generation else older).extend(found)
        return Found(
            claim=versions.claims.get(entry.revision) if versions else None,
            older=split_refs(b"".join(older)),
            current=split_refs(b"".join(current)),
        )

    async def records(self, generation: int, refs: Sequence[Ref]) -> Sequence[Record | None]:
        """The records under the references, None where the window has passed."""
        del generation  # it says which keys hold the joins in Redis; here, all that is kept is looked at
        return [self._record(ref) for ref in refs]

    def _record(self, ref: Ref) -> Record | None:
        for generation in self._generations.values():
            if ref in generation.records:
                record = generation.records[ref]
                group = self._joined_into(record.group)
                return record if group == record.group else replace(record, group=group)
        return None

    def _joined_into(self, group: bytes) -> bytes:
        """The group that this one is part of by now."""
        for _ in range(JOINS_FOLLOWED):
            into = next((one.joins[group] for one in self._generations.values() if group in one.joins), None)
            if into is None:
                break
            group = into
        return group

    async def claim(self, span: Span, generation: int, proposals: Sequence[Proposal]) -> Claimed:
        """Decides on the proposals in order, in one atomic step that also moves the position."""
        known = self._known(span)
        answers: list[Answer] = []
        here: set[Ref] = set()
        for proposal in proposals:
            claim = self._claim(proposal, generation, here)
            if claim is None:
                break
            here.add(proposal.entry.ref)
            answers.append(Answer(claim, own=claim.at == proposal.entry.at))
        if len(answers) == len(proposals):
            self._move(span, max(known, span.reaches))
        elif answers:
            self._move(span, max(known, proposals[len(answers) - 1].entry.at.offset))
        return Claimed(tuple(answers))

    def _known(self, span: Span) -> int:
        known = self._positions.get((span.topic, span.partition), NO_OFFSET)
        if known < span.follows:
            raise PositionBehindError(span, known)
        return known

    def _move(self, span: Span, offset: int) -> None:
        self._positions[span.topic, span.partition] = offset

    def _claim(self, proposal: Proposal, generation: int, here: set[Ref]) -> Claim | None:
        """The stored claim, a new one, or None where the proposal has to be judged again."""
        entry = proposal.entry
        versions = self._versions.get(entry.id)
        if versions and entry.revision in versions.claims:
            versions.touched = self._generation
            return versions.claims[entry.revision]
        if generation != self._generation or proposal.claimed or not self._all_judged(proposal, here):
            return None
        claim = self._decision(proposal, versions)
        self._store(entry, claim)
        self._add(entry, claim.group)
        return claim

    def _all_judged(self, proposal: Proposal, here: set[Ref]) -> bool:
        postings = self._generations[self._generation].postings
        own = proposal.entry.ref
        there = b"".join([postings[key] for key in proposal.entry.fingerprint.keys if key in postings])
        return all(ref in proposal.seen or ref in here or ref == own for ref in split_refs(there))

    def _decision(self, proposal: Proposal, versions: _Versions | None) -> Claim:
        entry, match = proposal.entry, proposal.match
        group = entry.id
        if match is not None and proposal.matched is not None:
            record = self._record(proposal.matched)
            group = record.group if record else self._joined_into(match.of)
        return Claim(
            at=entry.at,
            number=versions.number + 1 if versions else 1,
            previous=versions.revision if versions else None,
            changed=_changed(versions.fields, entry.fields) if versions else (),
            match=match,
            group=group,
            joined=self._join(group, proposal.joins),
        )

    def _join(self, group: bytes, copies: Sequence[Ref]) -> tuple[bytes, ...]:
        """Makes the groups of these copies part of this one; says which."""
        joined: list[bytes] = []
        for ref in copies:
            record = self._record(ref)
            if record is not None and record.group != group:
                self._generations[self._generation].joins[record.group] = group
                joined.append(record.group)
        return tuple(joined)

    def _store(self, entry: Entry, claim: Claim) -> None:
        versions = self._versions.setdefault(entry.id, _Versions(self._generation))
        versions.touched = self._generation
        versions.claims.setdefault(entry.revision, claim)
        if claim.number > versions.number:
            versions.number, versions.revision, versions.fields = claim.number, entry.revision, entry.fields

    def _add(self, entry: Entry, group: bytes) -> None:
        generation = self._generations[self._generation]
        generation.records[entry.ref] = Record(entry.id, entry.revision, group, entry.day, entry.fingerprint.sketch)
        for key in entry.fingerprint.keys:
            posting = generation.postings.get(key, b"")
            if len(posting) < REFS_PER_KEY * REF_BYTES:
                generation.postings[key] = posting + entry.ref if posting else entry.ref

    async def restore(self, span: Span, restored: Sequence[Restored]) -> None:
        """Puts back what was published, without judging it, and moves the position."""
        known = self._known(span)
        self._turn(generation_of(self._clock, self._window_days))
        for one in restored:
            self._store(one.entry, one.claim)
            if not one.indexed:
                continue
            for group in one.claim.joined:
                self._generations[self._generation].joins.setdefault(group, one.claim.group)
            if self._record(one.entry.ref) is None:
                self._add(one.entry, one.claim.group)
        self._move(span, max(known, span.reaches))

    async def positions(self, topic: str, partitions: Sequence[int]) -> Sequence[int]:
        """The offset that each partition was applied to, `NO_OFFSET` where none is known."""
        return [self._positions.get((topic, partition), NO_OFFSET) for partition in partitions]


def _changed(before: bytes, after: bytes) -> tuple[str, ...]:
    size = FIELD_HASH_BYTES
    return tuple(
        name
        for place, name in enumerate(FIELDS)
        if before[place * size : (place + 1) * size] != after[place * size : (place + 1) * size]
    )
