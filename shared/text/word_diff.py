"""What changed between two versions of a text, word by word; character by character where words stand unspaced.

The time it takes grows with the texts and not with their product, whatever is in them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import regex

PartKind = Literal["kept", "deleted", "inserted"]
_Span = tuple[int, int, int, int]  # of the old tokens from, to, of the new tokens from, to

CONTEXT_CHARACTERS = 60  # kept on each side of a change: some ten words, enough to find the place
ABSORBED_CHARACTERS = 16  # a word or two that two changes have between them read better as part of one change
# A gap without an anchor is compared token by token up to this: 32 words, and the spaces between, on each side.
CELLS = 64 * 64
ROUNDS = 8  # of looking for anchors between anchors; prose needs three
WORD_CHARACTERS = 200_000  # of changed lines, old and new: above, they are shown as changed whole

_LINE = regex.compile(r"[^\n]*\n|[^\n]+")
_TOKEN = regex.compile(
    r"""
      [\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*
    | (?<word> [[\p{L}\p{M}\p{N}_\u200c\u200d]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]+ )
      (?: (?: (?<=\p{L}\p{M}*)['’] | (?<=\p{N})[.,:٫٬] ) (?&word) )*
    | \n
    | [^\S\n]+
    | \X
    """,
    regex.VERBOSE | regex.V1,
)
_HAS_WORD = regex.compile(r"[\p{L}\p{N}]")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text that both versions have, or one of them alone."""

    kind: PartKind
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """A change, or several close to each other, with a little of what stands before and after.

    `old` and `new` are where it begins in each version, in characters (code points). What is kept and deleted is the
    old text from there on, what is kept and inserted the new one.
    """

    old: int
    new: int
    parts: tuple[Part, ...]


def changes(old: str, new: str) -> tuple[Hunk, ...]:
    """What must be changed in the old text to have the new one; nothing where they are the same."""
    return tuple(_hunks(_readable(_parts(old, new))))


def words(text: str) -> list[str]:
    """Everything in the text, in pieces that a reader would call a word, a mark or a space."""
    return [found[0] for found in _TOKEN.finditer(text)]


def _parts(old: str, new: str) -> Iterator[tuple[str, str, str]]:
    """Runs of (kept, deleted, inserted), of which either the first is empty or the other two are."""
    for kept, deleted, inserted in _compared(_LINE.findall(old), _LINE.findall(new)):
        if kept or not (deleted and inserted) or len(deleted) + len(inserted) > WORD_CHARACTERS:
            yield kept, deleted, inserted
        else:
            yield from _compared(words(deleted), words(inserted))


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    at, place = 0, 0
    for first, end, second, _ in _same(old, new):
        if first > at or second > place:
            yield "", "".join(old[at:first]), "".join(new[place:second])
        yield "".join(old[first:end]), "", ""
        at, place = end, second + end - first
    if at < len(old) or place < len(new):
        yield "", "".join(old[at:]), "".join(new[place:])


def _same(old: Sequence[str], new: Sequence[str]) -> list[_Span]:
    """Spans that are the same in both, in order."""
    found: list[_Span] = []
    left: list[tuple[_Span, int]] = [((0, len(old), 0, len(new)), 0)]
    while left:
        span, turn = left.pop()
        head, tail, gap = _ends(old, new, span)
        found += [same for same in (head, tail) if same[0] < same[1]]
        first, end, second, last = gap
        if first == end or second == last:
            continue
        if (end - first) * (last - second) <= CELLS:
            found += _longest(old, new, gap)
        elif turn < ROUNDS and (anchors := _anchors(old, new, gap)):
            found += [(at, at + 1, place, place + 1) for at, place in anchors]
            starts = [(first, second), *((at + 1, place + 1) for at, place in anchors)]
            ends = [*anchors, (end, last)]
            left += [((a, b, c, d), turn + 1) for (a, c), (b, d) in zip(starts, ends, strict=True)]
    return sorted(found)


def _ends(old: Sequence[str], new: Sequence[str], span: _Span) -> tuple[_Span, _Span, _Span]:
    """What is the same at the beginning and at the end, and the gap between."""
    first, end, second, last = span
    at, place = first, second
    while at < end and place < last and old[at] == new[place]:
        at, place = at + 1, place + 1
    until, to = end, last
    while until > at and to > place and old[until - 1] == new[to - 1]:
        until, to = until - 1, to - 1
    return (first, at, second, place), (until, end, to, last), (at, until, place, to)


def _anchors(old: Sequence[str], new: Sequence[str], gap: _Span) -> list[tuple[int, int]]:
    """Tokens that both have once: the longest row of them that stands in the same order (patience diff)."""
    first, end, second, last = gap
    once = {token for token, count in Counter(old[first:end]).items() if count == 1}
    once &= {token for token, count in Counter(new[second:last]).items() if count == 1}
    places = {new[place]: place for place in range(second, last) if new[place] in once}
    pairs = [(at, places[old[at]]) for at in range(first, end) if old[at] in once]
    smallest: list[int] = []  # the smallest place that a row of each length ends with
    ends: list[int] = []  # its pair
    before: list[int] = []  # the pair before each pair in its row
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(smallest, place)
        before.append(ends[length - 1] if length else -1)
        smallest[length : length + 1] = [place]
        ends[length : length + 1] = [number]
    row: list[tuple[int, int]] = []
    number = ends[-1] if ends else -1
    while number >= 0:
        row.append(pairs[number])
        number = before[number]
    return row[::-1]


def _longest(old: Sequence[str], new: Sequence[str], gap: _Span) -> list[_Span]:
    """The longest common subsequence of a small gap."""
    first, end, second, last = gap
    lengths = [[0] * (last - second + 1) for _ in range(end - first + 1)]
    for at in range(end - 1, first - 1, -1):
        row, below = lengths[at - first], lengths[at - first + 1]
        for place in range(last - 1, second - 1, -1):
            column = place - second
            same = old[at] == new[place]
            row[column] = below[column + 1] + 1 if same else max(below[column], row[column + 1])
    found: list[_Span] = []
    at, place = first, second
    while at < end and place < last:
        if old[at] == new[place]:
            found.append((at, at + 1, place, place + 1))
            at, place = at + 1, place + 1
        elif lengths[at - first + 1][place - second] >= lengths[at - first][place - second + 1]:
            at += 1
        else:
            place += 1
    return found


def _readable(runs: Iterator[tuple[str, str, str]]) -> Iterator[Part]:
    """Parts that alternate between kept and changed, without scraps kept between two changes."""
    merged: list[tuple[str, str, str]] = []
    for run in runs:
        if merged and bool(merged[-1][0]) == bool(run[0]):
            kept, deleted, inserted = merged.pop()
            run = kept + run[0], deleted + run[1], inserted + run[2]
        if len(merged) >= 2 and not run[0] and _is_scrap(merged[-2], merged[-1][0], run):
            (scrap, _, _), (_, deleted, inserted) = merged.pop(), merged.pop()
            run = "", deleted + scrap + run[1], inserted + scrap + run[2]
        merged.append(run)
    for kept, deleted, inserted in merged:
        parts = Part("kept", kept), Part("deleted", deleted), Part("inserted", inserted)
        yield from (part for part in parts if part.text)


def _is_scrap(before: tuple[str, str, str], kept: str, after: tuple[str, str, str]) -> bool:
    if "\n" in kept:
        return False
    if not _HAS_WORD.search(kept):
        return True
    beside = min(max(len(before[1]), len(before[2])), max(len(after[1]), len(after[2])))
    return len(kept) <= min(ABSORBED_CHARACTERS, beside)


def _hunks(parts: Iterator[Part]) -> Iterator[Hunk]:
    old = new = 0
    open_hunk: Hunk | None = None
    before = ""  # what is kept since the last change
    for part in parts:
        if part.kind == "kept":
            before = part.text
            old, new = old + len(part.text), new + len(part.text)
            continue
        if open_hunk and len(before) > 2 * CONTEXT_CHARACTERS:
            yield _with(open_hunk, Part("kept", _beginning(before)))
            open_hunk = None
        if open_hunk is None:
            lead = _end(before)
            open_hunk, before = Hunk(old - len(lead), new - len(lead), ()), lead
        open_hunk = _with(open_hunk, Part("kept", before), part)
        before = ""
        old += len(part.text) if part.kind == "deleted" else 0
        new += len(part.text) if part.kind == "inserted" else 0
    if open_hunk:
        yield _with(open_hunk, Part("kept", _beginning(before)))


def _with(hunk: Hunk, *parts: Part) -> Hunk:
    return replace(hunk, parts=(*hunk.parts, *(part for part in parts if part.text)))


def _beginning(text: str) -> str:
    """As many words as the context holds."""
    kept = ""
    for word in words(text[: 2 * CONTEXT_CHARACTERS]):
        if len(kept) + len(word) > CONTEXT_CHARACTERS:
            break
        kept += word
    return kept


def _end(text: str) -> str:
    kept = ""
    for word in reversed(words(text[-2 * CONTEXT_CHARACTERS :])):
        if len(kept) + len(word) > CONTEXT_CHARACTERS:
            break
        kept = word + kept
    return kept
