"""How well cleaning and credits do on articles that were read line by line."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from services.normalizer.attribution import Credited, credits_of
from services.normalizer.language import identify
from services.normalizer.media import canonical_name, form_key
from services.normalizer.normalize import Cleaned, clean, credit_places

_EXPECTED = "expected source, title, text, not_story [{line, kind}], credits [{kind, name}]"

LEAST_PART = 3
"""Letters of the shortest name that may be a part of another wording of it."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """An article with what its readers said: lines that are not the story, and credits as (kind, name)."""

    language: str
    source: str
    title: str
    text: str
    not_story: frozenset[int]
    credits: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Right ones, wrong ones, and those missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 1 where nothing was found."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of what there is that was found; 1 where there is nothing."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where there is nothing and nothing was found."""
        either = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / either if either else 1.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Of some labelled articles; `lost` is story letters removed per 1,000 of the story."""

    articles: int
    lines: Counts
    lost: float
    credits: Counts


@dataclass(frozen=True, slots=True)
class CleaningReport:
    """Figures over a file of labelled articles; languages with the most articles first."""

    all: Figures
    credits_by_kind: Mapping[str, Counts]
    by_language: Mapping[str, Figures]

    def __str__(self) -> str:
        lines, credits = self.all.lines, self.all.credits
        rows = [
            f"articles                    {self.all.articles}",
            f"not story, recall           {lines.recall:.3f}  ({lines.right} of {lines.right + lines.missed} lines)",
            f"not story, precision        {lines.precision:.3f}  ({lines.wrong} wrong)",
            f"story letters lost / 1,000  {self.all.lost:.2f}",
            f"credits, F1                 {credits.f1:.3f}  {_both(credits)}",
        ]
        rows += [f"  {kind:<24}  {counts.f1:.3f}  {_both(counts)}" for kind, counts in self.credits_by_kind.items()]
        rows += ["", "language  articles  recall  precision  lost / 1,000  credits F1"]
        rows += [
            f"{language:<8}  {of.articles:8}  {of.lines.recall:6.3f}  {of.lines.precision:9.3f}  {of.lost:12.2f}"
            f"  {of.credits.f1:10.3f}"
            for language, of in self.by_language.items()
        ]
        return "\n".join(rows)


def _both(counts: Counts) -> str:
    return f"(P {counts.precision:.3f}, R {counts.recall:.3f}, {counts.right + counts.missed} there)"


def evaluate_cleaning(path: Path) -> CleaningReport:
    """The figures for a file of JSON lines (plain or .gz): source, title, text, not_story, credits."""
    return report(read_labelled(path))


def read_labelled(path: Path) -> Iterator[Labelled]:
    """The labelled articles of a file. Raises ValueError that names the line which is none."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for number, line in enumerate(raw.splitlines(), start=1):
        try:
            yield _labelled(orjson.loads(line))
        except (orjson.JSONDecodeError, KeyError, TypeError) as exc:
            raise ValueError(f"{path}, line {number}: {exc!r}, {_EXPECTED}") from exc


def _labelled(row: Any) -> Labelled:
    return Labelled(
        language=row.get("lang") or identify(row["title"] or "", row["text"]).code,
        source=row["source"],
        title=row["title"] or "",
        text=row["text"],
        not_story=frozenset(entry["line"] for entry in row["not_story"]),
        credits=tuple((entry["kind"], entry["name"]) for entry in row["credits"]),
    )


def report(articles: Iterable[Labelled]) -> CleaningReport:
    """The figures for labelled articles."""
    total = _Tally()
    by_language: dict[str, _Tally] = {}
    for article in articles:
        cleaned = clean(article.title, article.text, source=article.source)
        lines = _compare_lines(article, cleaned)
        found = credits_of(cleaned.lines, article.source, credit_places(cleaned))
        credits = _compare_credits(article.credits, found)
        for tally in (total, by_language.setdefault(article.language, _Tally())):
            tally.articles += 1
            tally.lines += lines
            tally.credits += credits
    kinds = sorted({kind for kind, _ in total.credits})
    most_first = sorted(by_language.items(), key=lambda entry: (-entry[1].articles, entry[0]))
    return CleaningReport(
        total.figures(),
        {kind: _counts(total.credits, kind) for kind in kinds},
        {language: tally.figures() for language, tally in most_first},
    )


@dataclass(slots=True)
class _Tally:
    articles: int = 0
    lines: Counter[str] = field(default_factory=Counter)
    credits: Counter[tuple[str, str]] = field(default_factory=Counter)

    def figures(self) -> Figures:
        credits: Counter[str] = Counter()
        for (_, what), count in self.credits.items():
            credits[what] += count
        return Figures(
            self.articles,
            Counts(self.lines["right"], self.lines["wrong"], self.lines["missed"]),
            1000 * self.lines["letters lost"] / max(1, self.lines["letters"]),
            Counts(credits["right"], credits["wrong"], credits["missed"]),
        )


def _counts(credits: Counter[tuple[str, str]], kind: str) -> Counts:
    return Counts(credits[kind, "right"], credits[kind, "wrong"], credits[kind, "missed"])


def _compare_lines(article: Labelled, cleaned: Cleaned) -> Counter[str]:
    """A line counts as removed where nothing of it is left in the story."""
    story = {line.number for line in cleaned.parted.story}
    removed: dict[int, str] = {}
    for taken in cleaned.parted.taken:
        removed[taken.line.number] = removed.get(taken.line.number, "") + taken.line.text
    counted: Counter[str] = Counter()
    for number, text in enumerate(article.text.split("\n"), start=1):
        if not text.strip():
            continue
        is_removed = number in removed and number not in story
        if number in article.not_story:
            counted["right" if is_removed else "missed"] += 1
            continue
        counted["wrong"] += is_removed
        counted["letters"] += _letters(text)
        counted["letters lost"] += _letters(removed.get(number, ""))
    return counted


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _compare_credits(expected: Sequence[tuple[str, str]], found: Sequence[Credited]) -> Counter[tuple[str, str]]:
    left = list(found)
    counted: Counter[tuple[str, str]] = Counter()
    for kind, name in expected:
        match = next((credit for credit in left if credit.kind == kind and _is_same(credit.outlet, name)), None)
        counted[kind, "right" if match else "missed"] += 1
        if match:
            left.remove(match)
    counted.update((credit.kind, "wrong") for credit in left)
    return counted


def _is_same(found: str, expected: str) -> bool:
    """The same medium in another wording: canonical, or one name holds the other as whole words."""
    keys = sorted((form_key(canonical_name(found)), form_key(canonical_name(expected))), key=len)
    return keys[0] == keys[1] or (len(keys[0]) >= LEAST_PART and f" {keys[0]} " in f" {keys[1]} ")
