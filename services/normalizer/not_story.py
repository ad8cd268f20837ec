"""Which lines of an article are the story and which are not, and why."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from services.normalizer import edges, line_rules, repeats
from services.normalizer.lines import Line
from shared.contracts.articles import RemovedKind

TOP_LINES = 15
"""Lines above the story that may be bylines, credits and the like."""
LEAST_MENU = 3
"""Names of sections that stand together above a story when they are the page's menu and not the article's own."""
LONGEST_HEADING = 45
"""Characters of a heading that stands alone above teasers."""
LONGEST_TEASER = 140
MOST_TEASERS = 3
"""Teasers below such a heading inside a story; below the story there may be any number."""
MOST_ROUNDS = 8
"""Times that the story is looked at again; each round takes lines that the one before laid bare."""
MOST_REST = 30
"""Lines that may follow a heading such as `most read`; more of them are a story again."""

_NAMES_PIECE = re.compile(r"[:|]\s*\w")
_SEPARATOR = re.compile(r"[\W_]+")
_SENTENCE_END = re.compile(r"[.!?؟。।۔]\W*$")


@dataclass(frozen=True, slots=True)
class Taken:
    """A line that is not the story; `rule` names what said so."""

    line: Line
    kind: RemovedKind
    rule: str


@dataclass(frozen=True, slots=True)
class Parted:
    """The lines of the story, and those taken from it, each in the order of the text."""

    story: tuple[Line, ...]
    taken: tuple[Taken, ...]


def part(lines: Sequence[Line], title_key: str, known_labels: Collection[str] = (), source: str = "") -> Parted:
    """Tells the story from what surrounds it. `known_labels`: match keys of tags that the producer gave.

    `source` is the outlet's name, which may stand alone around the story.
    Parting the story again takes nothing more from it.
    """
    story: Sequence[Line] = lines
    taken: list[Taken] = []
    for number in range(MOST_ROUNDS):
        found = _part_once(story, title_key, known_labels, source, is_first=number == 0)
        taken += found.taken
        story = found.story
        # What was taken may have stood between a line and the edge that tells what it is.
        if not found.taken:
            break
    return Parted(tuple(story), tuple(sorted(taken, key=lambda removed: removed.line.number)))


def _part_once(
    lines: Sequence[Line], title_key: str, known_labels: Collection[str], source: str, *, is_first: bool
) -> Parted:
    taken: dict[int, Taken] = {}

    def take(place: int, kind: RemovedKind, rule: str) -> None:
        taken.setdefault(place, Taken(lines[place], kind, rule))

    for place in repeats.title_repeats(title_key, lines):
        take(place, "repeat", "title")
    for place, line in enumerate(lines if is_first else ()):
        if len(lines) > 1 and edges.is_own_name_alone(line, source):
            take(place, "credit", "own name alone")
        elif place not in taken and (rule := line_rules.ANYWHERE.find(line)):
            take(place, rule.kind, rule.name)
            if rule.heads and _is_heading(line):
                for teaser in range(place + 1, _end_of_teasers(lines, place + 1)):
                    own = line_rules.ANYWHERE.find(lines[teaser]) or rule
                    take(teaser, own.kind, own.name)
    _take_top(lines, taken)
    _take_end(lines, taken, known_labels)
    for place in repeats.text_repeats(lines, taken):
        take(place, "repeat", "text")
    if len(taken) == len(lines):
        _give_back(taken)
    story = tuple(line for place, line in enumerate(lines) if place not in taken)
    return Parted(story, tuple(taken[place] for place in sorted(taken)))


def _take_top(lines: Sequence[Line], taken: dict[int, Taken]) -> None:
    for place, line in enumerate(lines[:TOP_LINES]):
        if place in taken:
            continue
        following = next((lines[later] for later in range(place + 1, len(lines)) if later not in taken), None)
        if following and (sections := edges.sections_above(lines, place)):
            kind: RemovedKind = "promo" if sections >= LEAST_MENU else "category"
            for section in range(place, place + sections):
                taken.setdefault(section, Taken(lines[section], kind, "sections above"))
        elif rule := line_rules.AT_TOP.find(line):
            taken[place] = Taken(line, rule.kind, rule.name)
        elif edges.is_dashed_byline(line, following):
            taken[place] = Taken(line, "byline", "dateline alone")
        elif edges.is_date_alone(line):
            taken[place] = Taken(line, "byline", "date alone")
        elif edges.is_signed(line):
            taken[place] = Taken(line, "byline", "signed")
        elif place - 1 in taken and taken[place - 1].kind == "byline" and edges.is_name_above(line, following):
            taken[place] = Taken(line, "byline", "name above")
        elif edges.is_media_alone(line):
            taken[place] = Taken(line, "credit", "media alone")
        else:
            return


def _take_end(lines: Sequence[Line], taken: dict[int, Taken], known_labels: Collection[str]) -> None:
    _take_rest(lines, taken)
    end = len(lines)
    while end > 1:
        if end - 1 in taken:
            end -= 1
        elif rule := line_rules.AT_END.find(lines[end - 1]):
            taken[end - 1] = Taken(lines[end - 1], rule.kind, rule.name)
            end -= 1
        elif edges.is_media_alone(lines[end - 1]):
            taken[end - 1] = Taken(lines[end - 1], "credit", "media alone")
            end -= 1
        elif edges.is_date_alone(lines[end - 1]):
            taken[end - 1] = Taken(lines[end - 1], "byline", "date alone")
            end -= 1
        elif count := edges.labels_below(lines, end, known_labels):
            for place in range(end - count, end):
                is_label = lines[place].key not in edges.NAVIGATION_WORDS
                taken[place] = Taken(lines[place], "category" if is_label else "promo", "labels below")
            end -= count
        elif edges.is_name_below(lines, end):
            taken[end - 1] = Taken(lines[end - 1], "byline", "name below")
            end -= 1
        elif edges.is_initials_below(lines, end):
            taken[end - 1] = Taken(lines[end - 1], "byline", "initials below")
            end -= 1
        else:
            return


def _is_heading(line: Line) -> bool:
    """Whether the line stands above teasers: it is short, no sentence, and does not name the other piece itself."""
    return len(line.text) <= LONGEST_HEADING and not _NAMES_PIECE.search(line.text) and _is_teaser(line)


def _end_of_teasers(lines: Sequence[Line], start: int) -> int:
    end = start
    while end < len(lines) and _is_teaser(lines[end]):
        end += 1
        if end - 1 > start and _SEPARATOR.fullmatch(lines[end - 1].key):
            return end
    return end if end == len(lines) else min(end, start + MOST_TEASERS)


def _is_teaser(line: Line) -> bool:
    return len(line.text) <= LONGEST_TEASER and not _SENTENCE_END.search(line.text)


def _take_rest(lines: Sequence[Line], taken: dict[int, Taken]) -> None:
    """From a heading such as `most read` on, when only lines that can go with it follow."""
    longest = 0
    for place in range(len(lines) - 1, max(0, len(lines) - MOST_REST), -1):
        rule = line_rules.WITH_REST.find(lines[place])
        if rule is not None and longest <= rule.rest_most:
            taken.setdefault(place, Taken(lines[place], rule.kind, rule.name))
            for later in range(place + 1, len(lines)):
                # Below it may stand what has a kind of its own: tags, a credit, who edited.
                own = line_rules.AT_END.find(lines[later])
                if own is None and edges.is_media_alone(lines[later]):
                    taken.setdefault(later, Taken(lines[later], "credit", "media alone"))
                else:
                    taken.setdefault(later, Taken(lines[later], (own or rule).kind, (own or rule).name))
        longest = max(longest, len(lines[place].text))


def _give_back(taken: dict[int, Taken]) -> None:
    """An article that is nothing but its title again is the story: a flash of one line."""
    repeated = [place for place, removed in taken.items() if removed.kind == "repeat"]
    if repeated:
        del taken[min(repeated)]
