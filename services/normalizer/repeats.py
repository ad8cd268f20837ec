"""What an article says twice: its title as the first line, a line that stands elsewhere too, a body given twice."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from difflib import SequenceMatcher

from services.normalizer.lines import Line
from shared.text.match_key import tokens

TITLE_LINES = 2
"""The title is looked for in this many first lines: a section may come before it; below, verses repeat it."""
LAST_LINES = 12
"""And, word for word, in this many last lines: below the story some pages print it again."""
TOP_LINES = 3
"""Of a line that comes twice the first is dropped when it is among this many: a teaser above the story."""
SAME_TITLE = 0.9
"""Share of words that two wordings of one headline have in common (read on 1,900 sites)."""
LEAST_TITLE_WORDS = 4
"""Words from which two wordings may differ and still be one headline."""
LEAST_SAME_BELOW = 80
"""The same for lines further down, where headings of a list may be equal."""
LEAST_SAME = 40
"""Characters from which a line that is equal to an earlier one is a repeat: refrains and listings are shorter."""
LONGEST_TITLE = 500
"""Characters up to which a title is compared word by word: a longer one must be equal."""
LEAST_DOUBLED = 60
"""Characters of the beginning of a line that is looked for again in it."""

_SITE_SUFFIX = re.compile(r" [|\-–—»·:] [^|–—»·]{2,40}$")
_WORD = re.compile(r"\w\w")


def title_repeats(title_key: str, lines: Sequence[Line]) -> set[int]:
    """Places of the lines, among the first, that are the title again."""
    words = tokens(title_key)
    bare = tokens(_SITE_SUFFIX.sub("", title_key))
    if not words:
        return set()
    if len(title_key) > LONGEST_TITLE:
        return {place for place, line in enumerate(lines[:TITLE_LINES]) if line.key == title_key}
    below = max(TITLE_LINES, len(lines) - LAST_LINES)
    return {
        place
        for place, line in enumerate(lines[:TITLE_LINES])
        if _is_near_length(line.key, title_key) and _is_same_title(tokens(line.key), words, bare)
    } | {place for place, line in enumerate(lines) if place >= below and line.key == title_key}


def _is_near_length(key: str, title_key: str) -> bool:
    return len(key) <= 2 * len(title_key) + 20


def _is_same_title(line: list[str], title: list[str], bare: list[str]) -> bool:
    if line in (title, bare):
        return bool(line)
    if len(title) < LEAST_TITLE_WORDS or 2 * min(len(line), len(title)) < SAME_TITLE * (len(line) + len(title)):
        return False
    alike = SequenceMatcher(None, line, title, autojunk=False)
    return alike.quick_ratio() >= SAME_TITLE and alike.ratio() >= SAME_TITLE


def text_repeats(lines: Sequence[Line], skipped: Container[int]) -> set[int]:
    """Places of lines that say what another line says: the same line again."""
    places: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        if place not in skipped and len(line.key) >= LEAST_SAME and _WORD.search(line.key):
            places.setdefault(line.key, []).append(place)
    return {
        place
        for same in places.values()
        if len(same) > 1 and (same[0] < TOP_LINES or len(lines[same[0]].key) >= LEAST_SAME_BELOW)
        for place in same
        if place != (same[1] if same[0] < TOP_LINES else same[0])
    }


def apart(line: Line) -> list[Line]:
    """A line that says its beginning again, up to its end, as two: scrapers join a text with itself."""
    beginning = line.key[:LEAST_DOUBLED]
    second = line.key.find(beginning, LEAST_DOUBLED) if len(line.key) >= 2 * LEAST_DOUBLED else -1
    if second == -1 or line.key[:second].strip() != line.key[second:].strip():
        return [line]
    spans = ((0, second), (second, len(line.key)))
    return [Line(line.number, line.shown(*span).strip(), line.key[slice(*span)].strip()) for span in spans]
