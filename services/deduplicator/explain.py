"""Why an article was judged as it was: every candidate with what it shares, and the verdict in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from services.deduplicator.candidates import is_candidate, ranked
from services.deduplicator.entry import Entry
from services.deduplicator.index import Claim, Index
from services.deduplicator.verdict import (
    BOTH_COVERED_AT_LEAST,
    COVERED_AT_LEAST,
    HEADLINE_MISSING_AT_LEAST,
    HEADLINES_COUNT_FROM,
    HOLE_WORDS,
    NUMBERS_MISSING,
    NUMBERS_MISSING_SHARE,
    OTHER_HEADLINES_COVERED_AT_LEAST,
    OWN_SUBJECT_AT_LEAST,
    OWN_SUBJECT_WORDS,
    RUN_WORDS,
    WORDS_SHARED_AT_LEAST,
    Ground,
    Verdict,
    judge,
)
from shared.contracts import Relation


@dataclass(frozen=True, slots=True)
class CandidateExplained:
    """One article that shares keys: whether it was judged, what it shares (thousandths), and why not if it was not."""

    id: str
    group: str
    shared_keys: int
    relation: Relation | None
    containment: int
    contained: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the index would say of the article now; candidates in the order in which they were judged."""

    decided: Claim | None  # what was published of this very version, if anything was
    group: str | None  # the one that this version's is part of by now, if the index still holds it
    words: int
    keys: int
    window_days: int
    candidates: tuple[CandidateExplained, ...]
    thresholds: tuple[tuple[str, float], ...]


THRESHOLDS: tuple[tuple[str, float], ...] = (
    ("a passage, in words", RUN_WORDS),
    ("an edit inside a passage, in words at most", HOLE_WORDS),
    ("better covered text, at least", COVERED_AT_LEAST),
    ("other text of a copy, at least", BOTH_COVERED_AT_LEAST),
    ("words of the better covered text found in the other, at least", WORDS_SHARED_AT_LEAST),
    ("numbers missing on both sides, as a share, less than", NUMBERS_MISSING_SHARE),
    ("numbers missing on both sides, fewer than", NUMBERS_MISSING),
    ("recurring words of its own on both sides, as a share, less than", OWN_SUBJECT_AT_LEAST),
    ("recurring words of its own on both sides, fewer than", OWN_SUBJECT_WORDS),
    ("words of the headline that the other text lacks, from", HEADLINE_MISSING_AT_LEAST),
    ("better covered text under such headlines, at least", OTHER_HEADLINES_COVERED_AT_LEAST),
    ("other text, for headlines to count, at least", HEADLINES_COUNT_FROM),
)


async def explain(index: Index, entry: Entry) -> Explanation:
    """What the index knows about the article now, whatever was decided before. Claims nothing."""
    lookup = await index.peek([entry])
    (found,) = lookup.found
    shared = (*found.older, *found.current)
    refs = ranked(entry, shared, index.window_days)
    own, *records = await index.records(lookup.generation, [entry.ref, *refs])
    candidates = []
    for ref, record in zip(refs, records, strict=True):
        if record is None:
            continue
        verdict = judge(entry.fingerprint.sketch, record.sketch)
        counted = is_candidate(entry, record, index.window_days)
        candidates.append(
            CandidateExplained(
                id=record.id.hex(),
                group=record.group.hex(),
                shared_keys=shared.count(ref),
                relation=verdict.relation if counted else None,
                containment=verdict.containment,
                contained=verdict.contained,
                sentence=sentence(verdict) if counted else _not_counted(entry, record.id, record.group),
            )
        )
    return Explanation(
        decided=found.claim,
        group=own.group.hex() if own else None,
        words=len(entry.fingerprint.sketch),
        keys=len(entry.fingerprint.keys),
        window_days=index.window_days,
        candidates=tuple(candidates),
        thresholds=THRESHOLDS,
    )


def sentence(verdict: Verdict, this: str = "this article", other: str = "the other") -> str:
    """`91 % of A is in passages shared with B, only 48 % of B: B extends A.`"""
    here, there = _percent(verdict.contained), _percent(verdict.containment)
    match verdict.relation:
        case "copy" if verdict.ground == Ground.SAME_TEXT:
            said = f"The text of {this} is that of {other}: a copy."
        case "copy":
            said = f"{here} of {this} is in passages shared with {other}, and {there} of {other}: a copy."
        case "excerpt":
            said = (
                f"{here} of {this} is in passages shared with {other}, only {there} of {other}: "
                f"{this} is an excerpt of {other}."
            )
        case "extension":
            said = (
                f"{there} of {other} is in passages shared with {this}, only {here} of {this}: {this} extends {other}."
            )
        case _:
            said = (
                f"{here} of {this} is in passages shared with {other}, {there} of {other}; "
                f"neither, for {verdict.ground.value}."
            )
    return said[:1].upper() + said[1:]


def _percent(thousandths: int) -> str:
    return f"{thousandths // 10} %"


def _not_counted(entry: Entry, other: bytes, group: bytes) -> str:
    if other == entry.id:
        return "Not counted: another version of the article itself."
    if group == entry.id:
        return "Not counted: it was made from this article, or from a copy of it."
    return "Not counted: the two events lie further apart than the window."
