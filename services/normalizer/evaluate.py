"""How well cleaning and credits do on articles that were read line by line."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from services.normalizer.attribution import Credited, credits_of
from services.normalizer.media import canonical_name, form_key
from services.normalizer.normalize import Cleaned, clean, credit_places

_EXPECTED = "expected source, title, text, not_story [{line, kind}], credits [{kind, name}]"

LEAST_PART = 3
"""Letters of the shortest name that may be a part of another wording of it."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """An article with what its readers said: lines that are not the story, and credits as (kind, name)."""

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
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (2 * self.right + self.wrong + self.missed) if self.right else 0.0


@dataclass(frozen=True, slots=True)
class CleaningReport:
    """Figures over a file of labelled articles; `lost` is story letters removed per 1,000 of the story."""

    articles: int
    lines: Counts
    lost: float
    credits: Counts
    credits_by_kind: tuple[tuple[str, Counts], ...]

    def __str__(self) -> str:
        lines, credits = self.lines, self.credits
        rows = [
            f"articles                    {self.articles}",
            f"not story, recall           {lines.recall:.3f}  ({lines.right} of {lines.right + lines.missed} lines)",
            f"not story, precision        {lines.precision:.3f}  ({lines.wrong} wrong)",
            f"story letters lost / 1,000  {self.lost:.2f}",
            f"credits, F1                 {credits.f1:.3f}  {_both(credits)}",
        ]
        rows += [f"  {kind:<24}  {counts.f1:.3f}  {_both(counts)}" for kind, counts in self.credits_by_kind]
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
        source=row["source"],
        title=row["title"] or "",
        text=row["text"],
        not_story=frozenset(entry["line"] for entry in row["not_story"]),
        credits=tuple((entry["kind"], entry["name"]) for entry in row["credits"]),
    )


def report(articles: Iterable[Labelled]) -> CleaningReport:
    """The figures for labelled articles."""
    count = 0
    lines: Counter[str] = Counter()
    credits: Counter[tuple[str, str]] = Counter()
    for article in articles:
        count += 1
        cleaned = clean(article.title, article.text, source=article.source)
        lines += _compare_lines(article, cleaned)
        found = credits_of(cleaned.lines, article.source, credit_places(cleaned))
        credits += _compare_credits(article.credits, found)
    kinds = sorted({kind for kind, _ in credits})
    by_kind = tuple((kind, _counts(credits, kind)) for kind in kinds)
    return CleaningReport(
        articles=count,
        lines=Counts(lines["right"], lines["wrong"], lines["missed"]),
        lost=1000 * lines["letters lost"] / max(1, lines["letters"]),
        credits=Counts(*(sum(getattr(counts, what) for _, counts in by_kind) for what in ("right", "wrong", "missed"))),
        credits_by_kind=by_kind,
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
