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
LEAST_REPEATED = 40
"""Characters from which a line that stands elsewhere in the text is a repeat; shorter ones come again by chance."""
LEAST_SAME = 40
"""Characters from which a line that is equal to an earlier one is a repeat: refrains and listings are shorter."""
LONGEST_QUOTE = 250
"""Characters of the longest line that is looked for within the others."""
LONGEST_TITLE = 500
"""Characters up to which a title is compared word by word: a longer one must be equal."""
MOST_LINES = 300
"""Lines up to which every line is looked for in the others: the cost grows with their product."""

_SITE_SUFFIX = re.compile(r" [|\-–—»·:] [^|–—»·]{2,40}$")
_WORD = re.compile(r"\w\w")
_ELLIPSIS = re.compile(r"\W{0,3}\.{3}\W{0,3}$")


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
    if not line or len(title) < LEAST_TITLE_WORDS:
        return False
    return SequenceMatcher(None, line, title, autojunk=False).ratio() >= SAME_TITLE


def text_repeats(lines: Sequence[Line], skipped: Container[int]) -> set[int]:
    """Places of lines that say what another line says: the same line again, or a part of another line."""
    places: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        if place not in skipped and len(line.key) >= LEAST_SAME and _WORD.search(line.key):
            places.setdefault(line.key, []).append(place)
    repeats = {
        place
        for same in places.values()
        if len(same) > 1
        for place in same
        if place != (same[1] if same[0] < TOP_LINES else same[0])
    }
    kept = [place for place in range(len(lines)) if place not in skipped and place not in repeats]
    return repeats | _contained(lines, kept)


def _contained(lines: Sequence[Line], kept: Sequence[int]) -> set[int]:
    """Lines whose words stand whole within another, longer one: pull quotes. The top may sum up the story."""
    if len(kept) > MOST_LINES:
        return set()
    whole = "\n".join(lines[place].key for place in kept)
    found: set[int] = set()
    for place in kept:
        bare = _ELLIPSIS.sub("", lines[place].key)
        if place < TOP_LINES or not LEAST_REPEATED <= len(bare) <= LONGEST_QUOTE:
            continue
        first = whole.find(bare)
        if whole.find(bare, first + 1) != -1:
            found.add(place)
    return found
