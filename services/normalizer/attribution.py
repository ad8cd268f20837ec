"""Which other media an article credits: as its agency, as the place it was first published, or as the one it quotes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import ahocorasick

from services.normalizer import credit_rules
from services.normalizer.credit_rules import CreditRule
from services.normalizer.lines import Line
from services.normalizer.media import (
    NAMES_KEPT,
    Form,
    Medium,
    canonical_name,
    form_key,
    is_never,
    known_medium,
    named_forms,
)
from services.normalizer.own_name import is_own_name
from services.normalizer.patterns import folded_pattern, read_data
from shared.contracts.articles import AttributionKind
from shared.text.match_key import fold

DATELINE = 70
"""Characters at the head of a line in which a dateline stands."""
TOP_LINES = 4
"""Lines of a story that may begin with a dateline."""
CREDIT_LINE = 60
"""Characters of the longest line that is nothing but a credit."""
CREDIT_WORDS = 4
"""Words that a credit line has beside the names of media: initials, a place, `with information from`."""
CUE = 70
"""Characters before a name in which the word that makes it a source stands."""
LONGEST_LINE = 20_000
"""Characters of a line that are searched: a longer one is no paragraph, and credits stand at its head."""
LEAST_PREFIXED = 4
"""Letters of the shortest name that is known under an Arabic prefix: shorter ones are parts of other words."""
MOST_BETWEEN = 3
"""Characters between a name and its short form in brackets."""
LONGEST_EVIDENCE = 600
MOST_CREDITS = 40
LONGEST_OUTLET = 80


@dataclass(frozen=True, slots=True)
class Credited:
    """A medium that the text credits; `date` as the text writes it; `evidence` is the sentence."""

    kind: AttributionKind
    outlet: str
    title: str | None
    date: str | None
    evidence: str


@dataclass(frozen=True, slots=True)
class Places:
    """Places of lines that are not the story, and of those among them that as a whole say where it comes from."""

    removed: Collection[int] = ()
    credits: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class _Named:
    """A known medium named in a line's key, from `start` to `end`."""

    form: Form
    start: int
    end: int

    @property
    def medium(self) -> Medium:
        return self.form.medium


@dataclass(frozen=True, slots=True)
class _Found:
    named: list[_Named]
    rules: list[tuple[CreditRule, list[int]]]


class _Finder:
    """Finds all names and all triggers of rules in one pass over a line."""

    def __init__(self) -> None:
        names: dict[str, Form] = {}
        triggers: dict[str, list[int]] = {}
        for form in named_forms():
            names.setdefault(fold(form.written), form)
        for place, rule in enumerate(credit_rules.RULES):
            for trigger in rule.triggers:
                triggers.setdefault(trigger, []).append(place)
        words = {
            word: (len(word), names.get(word), tuple(triggers.get(word, ()))) for word in sorted({*names, *triggers})
        }
        self._for_ascii = _automaton({word: found for word, found in words.items() if word.isascii()})
        # First letters are tried in the order in which they were added: those of Arabic text first.
        self._for_any = _automaton(dict(sorted(words.items(), key=lambda word: not _is_arabic(word[0]))))

    def find(self, key: str) -> _Found:
        """The media named in the key, longest form first, and the rules to try on it."""
        automaton = self._for_ascii if key.isascii() else self._for_any
        named: list[_Named] = []
        rules: dict[int, list[int]] = {}
        for last, (length, form, triggered) in automaton.iter(key, 0, min(len(key), LONGEST_LINE)):
            start, end = last + 1 - length, last + 1
            if not _begins_word(key, start, length):
                continue
            for rule in triggered:
                rules.setdefault(rule, []).append(start)
            if form is not None and not (end < len(key) and key[end].isalnum() and key[last].isalnum()):
                named.append(_Named(form, start, end))
        return _Found(_longest(named), [(credit_rules.RULES[rule], rules[rule]) for rule in sorted(rules)])


def _automaton(words: Mapping[str, tuple[int, Form | None, tuple[int, ...]]]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for word, found in words.items():
        automaton.add_word(word, found)
    automaton.make_automaton()
    return automaton


def _is_arabic(word: str) -> bool:
    return "\u0620" <= word[0] <= "\u064a"


_ARABIC_PREFIX = re.compile(r"(?<!\w)(?:[وف]?(?:[بلك]|ال|لل|بال|كال)?)$")


def _begins_word(key: str, start: int, length: int) -> bool:
    """Whether a word begins here; the Arabic prefixes are no part of a longer name, but may be of a short one."""
    if start == 0 or not (key[start - 1].isalnum() and key[start].isalnum()):
        return True
    if length < LEAST_PREFIXED or not _is_arabic(key[start]):
        return False
    return _ARABIC_PREFIX.search(key[max(0, start - 5) : start]) is not None


def _longest(named: list[_Named]) -> list[_Named]:
    """Of names that overlap, the longest."""
    kept: list[_Named] = []
    for candidate in sorted(named, key=lambda name: (name.start - name.end, name.start)):
        if all(candidate.end <= other.start or candidate.start >= other.end for other in kept):
            kept.append(candidate)
    return sorted(kept, key=lambda name: name.start)


_FINDER = _Finder()
_CUES = read_data("cues.toml")
_BEFORE = re.compile("|".join(rf"(?:(?<!\w)[وفبل]?{folded_pattern(cue)}$)" for cue in _CUES["before"]))
_AFTER = re.compile("|".join(f"(?:{folded_pattern(cue)})" for cue in _CUES["after"]))
_NEVER_BEFORE = re.compile("(?:" + "|".join(folded_pattern(word) for word in _CUES["never_before"]) + r")\W*$")
_NO_MEDIUM = re.compile("(?<!\\w)(?:" + "|".join(folded_pattern(word) for word in _CUES["no_medium"]) + ")")
_TOLD = re.compile(r"(?<!\w)(?:" + "|".join(folded_pattern(cue) for cue in _CUES["told"]) + r")\W{0,3}$")
_AGENCY_BEFORE = re.compile(r"وكال\w+ \W?$")
_UNNAMED = "agencies"
_PHOTOGRAPHER = re.compile(r"[A-ZÀ-Þ][\w.\-]+ [A-ZÀ-Þ][\w.\-]+ ?/ ?$")
_SENTENCE_END = re.compile(r"[.!?؟。»\"”)]\W*$")
_DATELINE_AFTER = re.compile(r"\W{0,3}[\-–—:/)،,|]")
_SET_APART_BEFORE = re.compile(r"[\-–—/|(]\s*$")
_SET_APART_AFTER = re.compile(r"\s*[\-–—/|)]")
_DATELINE_BEFORE = re.compile(r"[\-–—/(:،,|]\s*$")
_PLACES = re.compile(r"[\w\s.,،()/\-–—:«»\"'|]*")
_INITIALS = re.compile(r"\(?\s*(?:[\w.]{1,5}\s*[/,\-–]\s*)*$")
_WORD = re.compile(r"\w+")
_LETTERS = re.compile(r"[^\W\d]+")
_SOURCE_WORD = re.compile(r"[^\w]")
# A full stop after one letter is an abbreviation: `U.S.`, `د. ب. أ`.
_SENTENCE_START = re.compile(r"(?:(?<=[^\W_]{2}[.!?؟])|(?<=[»\"”)][.!?؟])|(?<=[!?؟]))\s+|(?<=。)")


def credits_of(lines: Sequence[Line], source: str, places: Places) -> list[Credited]:
    """Every medium that the lines credit, once per kind and name, in order; never the source itself."""
    source_key = _source_key(source)
    found: dict[tuple[str, str], Credited] = {}
    above = 0
    for place, line in enumerate(lines):
        is_removed = place in places.removed
        for credit in _credits_of_line(line, above, source_key, place in places.credits):
            if len(found) < MOST_CREDITS:
                found.setdefault((credit.kind, form_key(credit.outlet)), credit)
        above += not is_removed
    return _without_weaker(list(found.values()))


@lru_cache(maxsize=NAMES_KEPT)
def _source_key(source: str) -> str:
    """The source's name without and with what separates its words."""
    return f"{_SOURCE_WORD.sub('', form_key(source))} {fold(source)}"


def _credits_of_line(line: Line, place: int, source_key: str, is_credit_line: bool) -> Iterator[Credited]:
    found = _FINDER.find(line.key)
    for rule, places in found.rules:
        for credit in rule.read(line, places):
            for outlet in credit.outlets:
                if _may_be_medium(outlet) and not _is_own(outlet, source_key):
                    yield _from_rule(rule, outlet, credit.title, credit.date, _sentence(line, credit.place))
    for before, named in zip([None, *found.named], found.named, strict=False):
        if before is not None and before.medium is named.medium and named.start - before.end <= MOST_BETWEEN:
            continue  # a short form in brackets after the long one
        if named.medium.is_own(source_key) or _NEVER_BEFORE.search(line.key, max(0, named.start - 20), named.start):
            continue
        if _PHOTOGRAPHER.search(line.text, 0, len(line.shown(0, named.start))):
            continue
        kind = _kind(line, place, named, found.named, is_credit_line)
        if kind is not None:
            evidence = _sentence(line, len(line.shown(0, named.start)))
            yield Credited(kind, named.medium.name, None, None, evidence)


def _may_be_medium(outlet: str) -> bool:
    return len(outlet) <= LONGEST_OUTLET and not is_never(outlet) and not _NO_MEDIUM.search(fold(outlet))


def _from_rule(rule: CreditRule, outlet: str, title: str | None, date: str | None, evidence: str) -> Credited:
    medium = known_medium(outlet)
    kind: AttributionKind = rule.kind
    if kind == "syndication" and medium is not None and medium.is_agency and title is None:
        kind = "agency"
    return Credited(kind, canonical_name(outlet), title, date, evidence)


def _kind(
    line: Line, place: int, named: _Named, others: Sequence[_Named], is_credit_line: bool
) -> AttributionKind | None:
    if _is_credit(line, place, named, others, is_credit_line):
        return "agency" if named.medium.is_agency else None
    if not _is_as_written(line, named):
        return None
    if named.medium.name == _UNNAMED:
        return None
    if not named.medium.needs_cue and not named.form.is_sign:
        return "quote"
    before = line.key[max(0, named.start - CUE) : named.start]
    return "quote" if _BEFORE.search(before) or _AFTER.match(line.key, named.end) else None


def _is_credit(line: Line, place: int, named: _Named, others: Sequence[_Named], is_credit_line: bool) -> bool:
    """Whether the name stands where a co-author is named: dateline, brackets at an end, credit line, last words."""
    before, after = line.key[: named.start], line.key[named.end :]
    if _TOLD.search(before[-CUE:]):
        return False
    if _is_credit_line(line, named, others, is_credit_line):
        return True
    if place < TOP_LINES and named.end <= DATELINE and _DATELINE_AFTER.match(after) and _is_dateline(before):
        return True
    bracket = before.rfind("(")
    if bracket != -1 and named.start - bracket <= CREDIT_LINE and _INITIALS.match(before, bracket):
        closed = after.find(")")
        return -1 < closed <= CREDIT_LINE and not _WORD.search(after[closed + 1 :])
    return not _WORD.search(after) and bool(_SENTENCE_END.search(before))


def _is_dateline(before: str) -> bool:
    """Only names of places, people and other media stand before it, set apart: few words, and no sentence."""
    if len(before.split()) > 2 * CREDIT_WORDS or not _PLACES.fullmatch(before):
        return False
    return not before.strip() or _DATELINE_BEFORE.search(before) is not None


def _is_credit_line(line: Line, named: _Named, others: Sequence[_Named], is_credit_line: bool) -> bool:
    """A line that is nothing but media, and what stands beside them: a place, initials, another outlet."""
    if len(line.text) > CREDIT_LINE and not is_credit_line:
        return False
    names = sum(len(_LETTERS.findall(line.key[name.start : name.end])) for name in others)
    rest = len(_LETTERS.findall(line.key)) - names
    if rest == 0 or is_credit_line:
        return rest <= 2 * CREDIT_WORDS and not _SENTENCE_END.search(line.text[:-1])
    is_set_apart = _SET_APART_BEFORE.search(line.key, 0, named.start) or _SET_APART_AFTER.match(line.key, named.end)
    return rest <= CREDIT_WORDS and bool(is_set_apart) and not _SENTENCE_END.search(line.text)


def _is_as_written(line: Line, named: _Named) -> bool:
    """Whether the name is in the capitals that make it one; a short Arabic form needs `agency` before it."""
    shown = line.shown(named.start, named.end)
    has_case = shown.upper() != shown.lower()
    if named.form.is_sign:
        if has_case:
            return shown in named.medium.signs
        return _AGENCY_BEFORE.search(line.key, max(0, named.start - 20), named.start) is not None
    return not has_case or shown == named.form.written or shown.isupper() or _begins_with_capitals(shown, named.form)


def _begins_with_capitals(shown: str, form: Form) -> bool:
    """Where the form has a capital, so has the text: `le monde` is the world."""
    words, written = shown.split(), form.written.split()
    return len(words) == len(written) and all(
        word[:1].isupper() for word, as_written in zip(words, written, strict=True) if as_written[:1].isupper()
    )


def _is_own(outlet: str, source_key: str) -> bool:
    if is_own_name(outlet, source_key):
        return True
    medium = known_medium(outlet)
    if medium is not None and medium.is_own(source_key):
        return True
    key = _SOURCE_WORD.sub("", form_key(outlet))
    return len(key) > 3 and key in source_key


def _sentence(line: Line, place: int) -> str:
    """The sentence of the line's text that a place stands in."""
    first, last = max(0, place - LONGEST_EVIDENCE), min(len(line.text), place + LONGEST_EVIDENCE)
    start = max((found.end() for found in _SENTENCE_START.finditer(line.text, first, place)), default=first)
    found = _SENTENCE_START.search(line.text, place, last)
    end = found.start() if found else last
    return line.text[start:end].strip()


def _without_weaker(credits: list[Credited]) -> list[Credited]:
    """A medium that is the agency or the first publisher is quoted too; that it is quoted says nothing more."""
    strong = {form_key(credit.outlet) for credit in credits if credit.kind != "quote"}
    return [credit for credit in credits if credit.kind != "quote" or form_key(credit.outlet) not in strong]
