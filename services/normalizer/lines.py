"""An article as lines, each with its number in the raw text and its match key: what every cleaning rule looks at."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.text.display import display_text, one_line
from shared.text.match_key import fold, unfolded

# Some papers set paragraphs apart by three spaces or more, on one line, where a sentence has ended; and pages that
# were scraped whole set everything apart by many.
_WIDE = "   "
_WIDE_GAP = re.compile(r"(?<=[.!?؟…»\"”)]) {3,}| {4,}|(?: *\t *){2,}")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of display text: `number` counts from 1 in the raw text, `key` is its match key."""

    number: int
    text: str
    key: str

    def shown(self, start: int, end: int) -> str:
        """The display text that a part of the key was folded from."""
        if len(self.key) == len(self.text):
            return self.text[start:end]
        first, last = unfolded(_with_dashes(self.text), start, end)
        # What the key has nothing of goes with the character before it; at the beginning there is none.
        return self.text[first if start else 0 : last]


def read_lines(raw: str) -> list[Line]:
    """The lines of a raw text that hold anything, in order; a line may be set apart into paragraphs."""
    numbers: list[int] = []
    texts: list[str] = []
    for number, shown in enumerate(_shown_lines(raw.replace("\r\n", "\n")), start=1):
        for paragraph in _paragraphs(shown):
            numbers.append(number)
            texts.append(paragraph)
    if not texts:
        return []
    keys = line_key("\n".join(texts)).split("\n")
    # A line with an empty key is controls or marks alone: a reader sees nothing.
    return [Line(number, text, key) for number, text, key in zip(numbers, texts, keys, strict=True) if key]


def line_key(text: str) -> str:
    """The match key, in which a tatweel that stands alone is the dash that it is written for."""
    return fold(_with_dashes(text))


def _with_dashes(text: str) -> str:
    return text.replace(" ـ ", " - ")


def _shown_lines(raw: str) -> list[str]:
    """Display text of each raw line; one may hold line ends of another kind."""
    shown = display_text(raw).split("\n")
    raw_lines = raw.split("\n")
    return shown if len(shown) == len(raw_lines) else [display_text(line) for line in raw_lines]


def _paragraphs(shown: str) -> list[str]:
    if _WIDE in shown or "\t" in shown:
        shown = _WIDE_GAP.sub("\n", shown)
    if "\n" not in shown:
        line = one_line(shown)
        return [line] if line else []
    return [line for part in shown.split("\n") if (line := one_line(part))]
