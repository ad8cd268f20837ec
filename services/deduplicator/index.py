"""What the deduplicator asks of its index: find, claim, restore. In Redis or in memory, with the same answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.deduplicator.entry import Entry, Ref
from services.deduplicator.sketch import Sketch
from shared.contracts import Relation
from shared.outcomes import Coordinates
from shared.positions import Span

REFS_PER_KEY = (
    64  # of one generation: a key that more articles share is boilerplate, or the group is found by the first ones
)
WINDOW_DAYS = 3  # 39 % of the articles of 14 papers had a copy within it
LONGEST_WINDOW_DAYS = 14
JOINS_FOLLOWED = (
    64  # from a group to the one it is part of by now: each is one join, and more than a few are unheard of
)
CALL_ENTRIES = 100  # claimed in one call, which keeps Redis from answering others for some 10 ms
CLAIM_DAYS = 8  # above the retention of the topics (7 days): no redelivery may outlive its claim


@dataclass(frozen=True, slots=True)
class Match:
    """The article that this one is a copy, excerpt or extension of; shares in thousandths."""

    of: bytes
    relation: Relation
    containment: int
    contained: int
    method: str


@dataclass(frozen=True, slots=True)
class Record:
    """What the index holds of one revision, to judge others by; only the group changes, by being joined."""

    id: bytes
    revision: bytes
    group: bytes  # the one that its own is part of by now
    day: int
    sketch: Sketch


@dataclass(frozen=True, slots=True)
class Claim:
    """The decision on one revision, made once: which input made it, and what was said of it."""

    at: Coordinates
    number: int
    previous: bytes | None
    changed: tuple[str, ...]
    match: Match | None
    group: bytes
    joined: tuple[bytes, ...] = ()  # groups that turned out to be this one, and are part of it from here on


@dataclass(frozen=True, slots=True)
class Found:
    """What the index knows of an entry before it is judged; references repeat once for each shared key."""

    claim: Claim | None
    older: tuple[Ref, ...]  # of the generation that takes no more entries
    current: tuple[Ref, ...]  # of the one that is being filled


@dataclass(frozen=True, slots=True)
class Lookup:
    """What was found for each entry, and the generation that was being filled then."""

    generation: int
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """An entry with what it was judged to be, against the references in `seen` and all earlier entries of the call.

    `matched` is the reference of the match, `joins` has those of its copies in other groups than the match's, one of
    each. `claimed`: the lookup found its claim, so that it was not judged.
    """

    entry: Entry
    match: Match | None
    matched: Ref | None
    joins: tuple[Ref, ...]
    seen: frozenset[Ref]
    claimed: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The stored decision; `own` where this very input made it, now or before."""

    claim: Claim
    own: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """Answers to the first proposals, in order; fewer than there were where the rest has to be judged again."""

    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Restored:
    """An entry with the decision that was published of it; `indexed` if its generation is still looked up."""

    entry: Entry
    claim: Claim
    indexed: bool


class Index(Protocol):
    """Each method raises TransientError where the index is away."""

    @property
    def window_days(self) -> int:
        """How many days apart two events may lie."""
        ...

    async def lookup(self, entries: Sequence[Entry]) -> Lookup:
        """What is known of each entry."""
        ...

    async def peek(self, entries: Sequence[Entry]) -> Lookup:
        """As `lookup`, for whoever claims nothing: whatever the clock here says, no generation begins."""
        ...

    async def records(self, generation: int, refs: Sequence[Ref]) -> Sequence[Record | None]:
        """The records under the references, None where the window has passed; the generation is the lookup's."""
        ...

    async def claim(self, span: Span, generation: int, proposals: Sequence[Proposal]) -> Claimed:
        """Decides on the proposals in order, in one atomic step that also moves the position.

        Stops before a proposal that was judged without a candidate that is there by now. Without proposals it only
        moves the position. Raises PositionBehindError where the index has lost what the span follows.
        """
        ...

    async def restore(self, span: Span, restored: Sequence[Restored]) -> None:
        """Puts back what was published, without judging it, and moves the position.

        Raises PositionBehindError as `claim` does.
        """
        ...

    async def positions(self, topic: str, partitions: Sequence[int]) -> Sequence[int]:
        """The offset that each partition was applied to, `NO_OFFSET` where none is known."""
        ...
