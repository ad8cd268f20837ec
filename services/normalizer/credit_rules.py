"""The rules that read from a line which medium it credits, from `data/credit_rules.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.normalizer.lines import Line
from services.normalizer.patterns import folded_pattern, read_data
from shared.text.match_key import fold

LONGEST_WHOLE = 150
"""Characters of the longest line that can be nothing but a credit."""

BEFORE = 100
"""Characters before a trigger that a pattern may begin in."""
AFTER = 300
"""Characters after a trigger that a pattern may end in, unless the rule says otherwise."""

CreditKind = Literal["syndication", "quote"]


@dataclass(frozen=True, slots=True)
class CreditExample:
    """A text and what must be read from it."""

    text: str
    outlet: str
    title: str | None
    date: str | None


@dataclass(frozen=True, slots=True)
class Credit:
    """What a rule read: the names as they stand in the text, and where in the line's text the match is."""

    outlets: tuple[str, ...]
    title: str | None
    date: str | None
    place: int


@dataclass(frozen=True, slots=True)
class CreditRule:
    """A pattern for lines that have one of its triggers; the data file says what each field means."""

    name: str
    kind: CreditKind
    triggers: tuple[str, ...]
    is_on_key: bool
    is_whole: bool
    after: int
    marks: str
    pattern: re.Pattern[str]
    examples: tuple[CreditExample, ...]
    others: tuple[str, ...]

    def read(self, line: Line, near: Sequence[int] = ()) -> list[Credit]:
        """Every credit that the rule finds in the line, or only around the places of its triggers in the key."""
        text = line.key if self.is_on_key else line.text
        if self.is_whole:
            if len(text) > LONGEST_WHOLE:
                return []
            found = self.pattern.fullmatch(text)
            return [self._credit(line, found)] if found else []
        if not near or len(line.key) != len(line.text):
            return [self._credit(line, found) for found in self.pattern.finditer(text)]
        return [self._credit(line, found) for found in self._find_near(text, near)]

    def _find_near(self, text: str, near: Sequence[int]) -> Iterator[re.Match[str]]:
        for first, last in _windows(near, self.after):
            if not self.marks or any(mark in text[first:last] for mark in self.marks):
                yield from self.pattern.finditer(text, first, last)

    def _credit(self, line: Line, found: re.Match[str]) -> Credit:
        def group(name: str) -> str | None:
            if name not in self.pattern.groupindex or found[name] is None:
                return None
            shown = line.shown(*found.span(name)) if self.is_on_key else found[name]
            return _NOUN.sub("", _EDGES.sub("", shown)) or None if name != "title" else _EDGES.sub("", shown)

        outlets = [outlet for name in ("outlet", "outlet2") if (outlet := group(name))]
        date = group("date")
        if outlets and (dated := _OUTLET_AND_DATE.fullmatch(outlets[0])):
            outlets[0], date = dated["outlet"], date or dated["date"]
        place = len(line.shown(0, found.start())) if self.is_on_key else found.start()
        return Credit(tuple(outlets), group("title"), date, place)


def _windows(near: Sequence[int], after: int) -> list[tuple[int, int]]:
    """What is searched around the places, which are in order: windows that overlap are one."""
    windows: list[tuple[int, int]] = []
    for place in near:
        first, last = max(0, place - BEFORE), place + after
        if windows and first <= windows[-1][1]:
            first, _ = windows.pop()
        windows.append((first, last))
    return windows


# `The Sample Times on 3 March 2025`: a name, what leads to a date, the date, and what may follow it.
_OUTLET_AND_DATE = re.compile(
    r"(?P<outlet>.*?\w)[»\"”]?[,،]?(?: (?:on|le|du|el|del|am|vom|il|em|от|від|dated|در تاریخ|بتاريخ))? "
    r"(?P<date>\d{1,2}\.? (?:de )?[^\W\d]+\.?,? (?:de )?\d{4}"
    r"|\d{1,2}[./\-]\d{1,2}[./\-]\d{2,4}|[^\W\d]+ \d{1,2}, \d{4})"
    r"(?: [^\W\d]+)?"
)
_EDGES = re.compile(r"^[\s«»\"“”„'‘’(\[{،,.:؛;\-–—]+|[\s«»\"“”„'‘’)\]}،,.:؛;\-–—]+$")
_NOUN = re.compile(
    r"^(?:موقع|صحيفة|جريدة|قناة|مجلة|شبكة|منصة|газета|журнал|телеканал|портал|сайт|издание|видання|εφημερίδα|diario|journal)"
    r"\s+(?:[«\"“{(]\s*)?(?=\w)",
    re.IGNORECASE,
)


def _load() -> tuple[CreditRule, ...]:
    return tuple(_rule(entry) for entry in read_data("credit_rules.toml")["rule"])


def _rule(entry: Mapping[str, object]) -> CreditRule:
    is_on_key = entry["on"] == "key"
    pattern = str(entry["pattern"])
    return CreditRule(
        name=str(entry["name"]),
        kind="quote" if entry["kind"] == "quote" else "syndication",
        triggers=tuple(fold(str(trigger)) for trigger in _list(entry["triggers"])),
        is_on_key=is_on_key,
        is_whole=bool(entry.get("whole", False)),
        after=int(str(entry.get("after", AFTER))),
        marks=str(entry.get("marks", "")),
        pattern=re.compile(folded_pattern(pattern) if is_on_key else pattern),
        examples=tuple(_example(example) for example in _list(entry["examples"])),
        others=tuple(str(other) for other in _list(entry["others"])),
    )


def _example(entry: object) -> CreditExample:
    if not isinstance(entry, dict):
        raise TypeError(f"credit_rules.toml: an example is {entry!r}, expected a table with text and outlet")
    return CreditExample(entry["text"], entry["outlet"], entry.get("title"), entry.get("date"))


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"credit_rules.toml: {value!r} stands where a list is expected")
    return value


RULES = _load()
