"""The lines at the edges of an article that no pattern can name: sections and tags below it, bylines around it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from services.normalizer.lines import Line
from services.normalizer.patterns import DATA
from shared.text.match_key import fold

LONGEST_LABEL = 32
"""Characters of the longest section or tag that is told by its form alone."""
MOST_LABEL_WORDS = 4
LEAST_LABELS = 2
"""Labels that must stand together below a story: one short line alone may be its last word."""
MOST_LABELS = 15
LONGEST_BYLINE = 60
LONGEST_NAME = 40
PARAGRAPH = 100
"""Characters from which a line is taken for a paragraph of the story."""

# A colon opens a list, whose items are the story.
_SENTENCE_END = re.compile(r"[.!?؟。…»\"”)]\s*$")
_LIST = re.compile(r":\s*$")
_LABEL = re.compile(r"[^\W\d_][^\d.!?؟:;؛،,«»\"“”()\[\]…]*")
_NAME = re.compile(r"(?:[A-ZÀ-ÞŁŚŻĆА-ЯЁІЇЄҐΑ-ΩΆΈΉΊΌΎΏ][\w'’.\-]+ ?){2,4}")
_DASHED_BYLINE = re.compile(
    r"(?:next previous )?"
    r"(?P<left>(?:[^\W\d]+[ .]{0,2}){1,4})(?: [\-–—:/|]{1,2} ?|[\-–—:/|]{1,2} )(?P<right>(?:[^\W\d]+[ .]{0,2}){1,3})"
)


def _section_names() -> frozenset[str]:
    lines = (DATA / "section_names.txt").read_text("utf-8").splitlines()
    return frozenset(fold(line.strip()) for line in lines if line and not line.startswith("#"))


SECTION_NAMES = _section_names()


def labels_below(lines: Sequence[Line], end: int, known: Collection[str]) -> int:
    """How many of the last lines before `end` are sections or tags; `known` are keys of tags that are known."""
    count = 0
    named = 0
    while count < min(MOST_LABELS, end - 1) and _is_label(line := lines[end - 1 - count]):
        named += line.key in SECTION_NAMES or line.key in known
        count += 1
    if not count or not _ends_story(lines[end - 1 - count]):
        return 0
    return count if count >= LEAST_LABELS or named == count else 0


def _is_label(line: Line) -> bool:
    return (
        len(line.text) <= LONGEST_LABEL
        and line.text.count(" ") < MOST_LABEL_WORDS
        and _LABEL.fullmatch(line.text) is not None
    )


def _ends_story(line: Line) -> bool:
    return not _LIST.search(line.text) and (len(line.text) >= PARAGRAPH or bool(_SENTENCE_END.search(line.text)))


def is_name_below(lines: Sequence[Line], end: int) -> bool:
    """Whether the last line before `end` is a name alone below a story: its author's."""
    if end < 2:
        return False
    line, before = lines[end - 1], lines[end - 2]
    return len(line.text) <= LONGEST_NAME and _NAME.fullmatch(line.text) is not None and _ends_story(before)


def is_dashed_byline(line: Line, following: Line | None) -> bool:
    """Whether the line is a dateline alone, `who – where` or `outlet – where`, above a paragraph."""
    if following is None or len(line.text) > LONGEST_BYLINE or len(following.text) < PARAGRAPH:
        return False
    return _DASHED_BYLINE.fullmatch(line.key) is not None
