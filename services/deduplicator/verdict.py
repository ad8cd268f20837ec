"""Whether two articles are copies, and which one extends the other, from their sketches alone.

Covered: the share of a text's words in passages that the other text has too.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from services.deduplicator.fingerprint import SHORT_BELOW
from services.deduplicator.sketch import NUMBER_FLAG, Sketch, StemHashes
from shared.contracts import Relation

# The first two were fitted by cross-validation on 510 labelled pairs; F1 stays within .016 for ± .04.
COVERED_AT_LEAST = 0.76  # of the better covered text: below, none
BOTH_COVERED_AT_LEAST = 0.77  # of the other text: from here on, a copy
WORDS_SHARED_AT_LEAST = 0.70  # of the better covered text's words, in any order: below, none
# Where each headline names what its own text has and the other has not: 57 such verdicts on a stream were read, below
# .90 most were wrong (partial copies, templates, a site's own notices), above it nearly all right.
OTHER_HEADLINES_COVERED_AT_LEAST = 0.90
HEADLINE_MISSING_AT_LEAST = 0.25  # of the better covered text's headline
# Only where the other text is covered so far: the headline of a short item tells what a long digest does not lead with.
# Below, 42 such verdicts on a stream were read: 24 were excerpts, 8 were none, 10 could be either.
HEADLINES_COUNT_FROM = 0.40
# This share of each side's numbers, and this many of them, missing on the other: a template filled in anew.
# Of 84 such verdicts on a stream that were read, nearly all with fewer were copies with a date or a count rewritten.
NUMBERS_MISSING_SHARE = 0.5
NUMBERS_MISSING = 4
# Words that recur in each text and are missing in the other: one template, two subjects (a cable to another head of
# state). Of 5,870 verdicts on a stream it changes four, two of them such cables; of 510 labelled pairs one, rightly.
OWN_SUBJECT_AT_LEAST = 0.10  # of a text's words
OWN_SUBJECT_WORDS = 3  # different ones

RUN_WORDS = 3  # a passage is at least this long
HOLE_WORDS = 4  # an edit of at most this many words inside a passage is forgiven
RUN_CHARACTERS = 6  # the same where a character is a word
HOLE_CHARACTERS = 8

_RUN_BITS = 20  # two runs of two articles of 300 words meet by chance in .03 % of the places
_PLACES = tuple(np.uint32(place) for place in (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1, 0x2C1B3C6D))


class Method(StrEnum):
    """By what the verdict was reached."""

    SAME_TEXT = "same text"
    PASSAGES = "shared passages"


class Ground(StrEnum):
    """What decided: the step of the rule that gave the answer."""

    SCRIPTS = "one is written word by word, the other character by character"
    SHORT = "one is too short to be judged by passages, and neither texts nor titles are the same"
    COVERED = "too little of either is in passages that both share"
    WORDS = "too few words are in both"
    NUMBERS = "half of the numbers or more differ on both sides"
    SUBJECTS = "words that recur in each are missing in the other"
    HEADLINES = "each headline tells of what the other text does not have"
    SAME_TEXT = "the texts are the same"
    BOTH_COVERED = "both are covered"
    ONE_COVERED = "only one is covered"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`relation` of this article to the other (None: neither), shares in thousandths, and what decided."""

    relation: Relation | None
    containment: int  # thousandths of the other that are found here
    contained: int  # thousandths of this one that are found in the other
    method: Method
    ground: Ground


class _Workspace(threading.local):
    """Tables that are empty between two calls: clearing what was set is cheaper than a new table."""

    def __init__(self) -> None:
        self.runs = np.zeros(1 << _RUN_BITS, np.bool_)
        self.stems = np.zeros(1 << 16, np.bool_)


_workspace = _Workspace()


def judge(this: Sketch, other: Sketch) -> Verdict:
    """How this article relates to the other one."""
    if len(this) == len(other) and len(this) and bool((this.stems == other.stems).all()):
        return Verdict("copy", 1000, 1000, Method.SAME_TEXT, Ground.SAME_TEXT)
    if this.by_character != other.by_character:
        return _neither(0, 0, Ground.SCRIPTS)
    if min(len(this), len(other)) < SHORT_BELOW and not (this.title_key and this.title_key == other.title_key):
        return _neither(0, 0, Ground.SHORT)
    contained, containment = _covered(this, other)
    better, worse = max(contained, containment), min(contained, containment)
    if better < COVERED_AT_LEAST * 1000:
        return _neither(containment, contained, Ground.COVERED)
    inner, outer = (this, other) if contained >= containment else (other, this)
    if _share_found(inner.stems, outer.stems) < WORDS_SHARED_AT_LEAST:
        return _neither(containment, contained, Ground.WORDS)
    if _numbers_differ(this, other):
        return _neither(containment, contained, Ground.NUMBERS)
    if _subject_of_its_own(this, other) and _subject_of_its_own(other, this):
        return _neither(containment, contained, Ground.SUBJECTS)
    headlines_count = better < OTHER_HEADLINES_COVERED_AT_LEAST * 1000 and worse >= HEADLINES_COUNT_FROM * 1000
    if headlines_count and _headlines_differ(inner, outer, both=better == worse):
        return _neither(containment, contained, Ground.HEADLINES)
    if worse >= BOTH_COVERED_AT_LEAST * 1000:
        return Verdict("copy", containment, contained, Method.PASSAGES, Ground.BOTH_COVERED)
    relation: Relation = "excerpt" if contained >= containment else "extension"
    return Verdict(relation, containment, contained, Method.PASSAGES, Ground.ONE_COVERED)


def promising(this: Sketch, others: Sequence[Sketch]) -> list[bool]:
    """Which of the others `judge` may find related: all that it does, and few that it does not. Judges them at once.

    What is found here of the other bounds what can be covered on either side, whatever the order of the passages.
    """
    run, hole = (RUN_CHARACTERS, HOLE_CHARACTERS) if this.by_character else (RUN_WORDS, HOLE_WORDS)
    lengths = np.array([len(other) for other in others])
    if len(this) < SHORT_BELOW or not len(lengths) or int(lengths.min()) < SHORT_BELOW:
        return [True] * len(lengths)
    here, there = _runs(this.stems, run), _runs(np.concatenate([other.stems for other in others]), run)
    table = _workspace.runs
    table[here] = True
    found_there = table[there]
    table[here] = False
    repeats = len(here) - len(set(here.tolist()))
    starts = np.zeros(len(lengths), np.intp)
    np.cumsum(lengths[:-1], out=starts[1:])
    # The last run of one text may reach into the next: that only makes the bound a little wider.
    found = np.add.reduceat(found_there, starts, dtype=np.intp)
    needed = COVERED_AT_LEAST / (run + hole)
    maybe = (found >= needed * lengths) | (found + repeats >= needed * len(this))
    return [bool(one) for one in maybe]


def _neither(containment: int, contained: int, ground: Ground) -> Verdict:
    return Verdict(None, containment, contained, Method.PASSAGES, ground)


def _covered(this: Sketch, other: Sketch) -> tuple[int, int]:
    """Thousandths of this text's words covered by the other, and of the other's by this."""
    run, hole = (RUN_CHARACTERS, HOLE_CHARACTERS) if this.by_character else (RUN_WORDS, HOLE_WORDS)
    if min(len(this), len(other)) < run:
        return 0, 0
    here, there = _runs(this.stems, run), _runs(other.stems, run)
    table = _workspace.runs
    table[there] = True
    found_here = table[here]
    table[there] = False
    table[here] = True
    found_there = table[there]
    table[here] = False
    return _covered_share(found_here, run, hole), _covered_share(found_there, run, hole)


def _runs(stems: StemHashes, run: int) -> npt.NDArray[np.uint32]:
    wide = stems.astype(np.uint32)
    count = len(wide) - run + 1
    total = wide[:count] * _PLACES[0]
    for place in range(1, run):
        total += wide[place : place + count] * _PLACES[place]
    total ^= total >> np.uint32(15)
    total *= np.uint32(0x2C1B3C6D)
    return total >> np.uint32(32 - _RUN_BITS)


def _covered_share(found: npt.NDArray[np.bool_], run: int, hole: int) -> int:
    """Thousandths of the words that lie in found runs, or in short holes between them."""
    places = np.flatnonzero(found)
    if not len(places):
        return 0
    # From one found run to the next: the words that the next adds, unless a long hole lies between.
    steps = places[1:] - places[:-1]
    steps[steps > run + hole] = run
    return (1000 * (run + int(steps.sum()))) // (len(found) + run - 1)


def _found(stems: StemHashes, text: StemHashes) -> npt.NDArray[np.bool_]:
    table = _workspace.stems
    table[text] = True
    found = table[stems]
    table[text] = False
    return found


def _share_found(inner: StemHashes, outer: StemHashes) -> float:
    return int(np.count_nonzero(_found(inner, outer))) / len(inner)


def _numbers_differ(this: Sketch, other: Sketch) -> bool:
    here, there = this.numbers(), other.numbers()
    return _numbers_missing(here, there) and _numbers_missing(there, here)


def _numbers_missing(these: StemHashes, others: StemHashes) -> bool:
    missing = these[~_found(these, others)]
    return len(missing) >= NUMBERS_MISSING_SHARE * len(these) and len(set(missing.tolist())) >= NUMBERS_MISSING


def _subject_of_its_own(this: Sketch, other: Sketch) -> bool:
    own = this.stems[~_found(this.stems, other.stems)]
    _, counts = np.unique(own[own < NUMBER_FLAG], return_counts=True)
    recurring = counts[counts > 1]
    return len(recurring) >= OWN_SUBJECT_WORDS and int(recurring.sum()) >= OWN_SUBJECT_AT_LEAST * len(this)


def _headlines_differ(inner: Sketch, outer: Sketch, *, both: bool) -> bool:
    """Whether each headline has words of its own text that the other text lacks, the inner one enough; or both."""
    if inner.by_character:
        return False
    here, there = _headline_missing(inner, outer), _headline_missing(outer, inner)
    return min(here, there) > 0 and (min(here, there) if both else here) >= HEADLINE_MISSING_AT_LEAST


def _headline_missing(this: Sketch, other: Sketch) -> float:
    """Of the words of the headline that its own text has, the share that the other text lacks."""
    told = np.unique(this.headline)
    told = told[_found(told, this.stems)]
    return 1 - _share_found(told, other.stems) if len(told) else 0.0
