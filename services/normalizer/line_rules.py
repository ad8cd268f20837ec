"""The rules that say of a line that it is not the story, from `data/line_rules.toml`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import ahocorasick

from services.normalizer.lines import Line
from services.normalizer.patterns import folded_pattern, read_data
from shared.contracts.articles import RemovedKind
from shared.text.match_key import fold

LONGEST_LINE = 200
"""Characters that a line may have to match a rule, unless the rule says otherwise: longer lines tell a story."""


class Place(StrEnum):
    """Where in the article a rule applies."""

    ANYWHERE = "anywhere"
    TOP = "top"
    END = "end"


LONGEST_TEASER = 200
"""Characters of the longest line that goes with a heading such as `most read`."""


@dataclass(frozen=True, slots=True)
class LineRule:
    """A pattern that must match the whole key of a line; the data file says what each field means."""

    name: str
    kind: RemovedKind
    place: Place
    pattern: re.Pattern[str]
    sentence: re.Pattern[str] | None
    most: int
    needs: tuple[str, ...]
    rest_most: int
    heads: bool
    examples: tuple[str, ...]
    others: tuple[str, ...]

    def matches(self, line: Line) -> bool:
        """Whether the line, as a whole, is what this rule describes."""
        if len(line.text) > self.most or (self.needs and not any(word in line.key for word in self.needs)):
            return False
        return self.pattern.fullmatch(line.key) is not None


class RuleSet:
    """The rules of some places, asked all at once: nearly every line matches none, and that must be cheap."""

    def __init__(self, rules: Sequence[LineRule]) -> None:
        self._longest = max((rule.most for rule in rules), default=0)
        self._all = _Alternatives(rules)
        self._for_long = _Alternatives([rule for rule in rules if rule.most > LONGEST_LINE])

    def find(self, line: Line) -> LineRule | None:
        """The first rule, in the order of the file, that describes the line."""
        length = len(line.text)
        if length > self._longest:
            return None
        return (self._all if length <= LONGEST_LINE else self._for_long).find(line)


class _Alternatives:
    """Rules as one pattern, but for those that need a word: looking for it is cheaper still."""

    def __init__(self, rules: Sequence[LineRule]) -> None:
        self._rules = tuple(rules)
        needing: dict[str, list[int]] = {}
        for place, rule in enumerate(self._rules):
            for word in rule.needs:
                needing.setdefault(word, []).append(place)
        self._needed = ahocorasick.Automaton()
        for word in sorted(needing):
            self._needed.add_word(word, needing[word])
        self._needed.make_automaton()
        self._has_needing = bool(needing)
        others = [rule.pattern.pattern for rule in rules if not rule.needs]
        self._others = re.compile("|".join(f"(?:{pattern})" for pattern in others)) if others else None

    def find(self, line: Line) -> LineRule | None:
        if self._others is not None and self._others.fullmatch(line.key):
            return next((rule for rule in self._rules if rule.matches(line)), None)
        if not self._has_needing:
            return None
        tried = {place for _, places in self._needed.iter(line.key) for place in places}
        return next((self._rules[place] for place in sorted(tried) if self._rules[place].matches(line)), None)


def load_rules() -> tuple[LineRule, ...]:
    """Every rule of the data file, in its order."""
    return tuple(
        LineRule(
            name=entry["name"],
            kind=entry["kind"],
            place=Place(entry["place"]),
            pattern=re.compile(folded_pattern(entry["pattern"])),
            sentence=re.compile(folded_pattern(entry["sentence"])) if "sentence" in entry else None,
            most=entry.get("most", LONGEST_LINE),
            needs=tuple(fold(word) for word in entry.get("needs", ())),
            rest_most=entry.get("rest_most", LONGEST_TEASER) if entry.get("rest") else 0,
            heads=entry.get("heads", False),
            examples=tuple(entry["examples"]),
            others=tuple(entry["others"]),
        )
        for entry in read_data("line_rules.toml")["rule"]
    )


RULES = load_rules()
ANYWHERE = RuleSet([rule for rule in RULES if rule.place is Place.ANYWHERE])
AT_TOP = RuleSet([rule for rule in RULES if rule.place is Place.TOP])
AT_END = RuleSet([rule for rule in RULES if rule.place is Place.END])
WITH_REST = RuleSet([rule for rule in RULES if rule.rest_most])

SENTENCES = tuple(rule.sentence for rule in RULES if rule.sentence is not None)
_SENTENCE_SIGNS = tuple(
    fold(sign)
    for sign in ("هذا الخبر", "هذا المقال", "هذا التقرير", "موقعنا", "يتحمل", "الأصلي", " appeared ", " published ")
)
_END = re.compile(r"\s*$")


def without_notices(line: Line) -> list[Line]:
    """The line, with notices that begin or end it as lines of their own."""
    if not any(sign in line.key for sign in _SENTENCE_SIGNS):
        return [line]
    start, end = 0, len(line.key)
    while cut := _cut_at(line.key, start):
        start = cut
    ends = [found.span() for pattern in SENTENCES for found in pattern.finditer(line.key, start)]
    for first, last in sorted(ends, reverse=True):
        if _END.match(line.key, last, end):
            end = first
    if start == 0 and end == len(line.key):
        return [line]
    spans = ((0, start), (start, end), (end, len(line.key)))
    parts = (Line(line.number, line.shown(*span).strip(), line.key[slice(*span)].strip()) for span in spans)
    return [part for part in parts if part.text]


def _cut_at(key: str, start: int) -> int | None:
    """Where a notice that begins at this place ends, white space after it included."""
    for pattern in SENTENCES:
        if found := pattern.match(key, start):
            space = _END.match(key, found.end())
            return len(key) if space else found.end() + (key[found.end() : found.end() + 1] == " ")
    return None
