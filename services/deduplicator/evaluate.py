"""How often the verdict is right, on pairs of articles that people have labelled."""

from __future__ import annotations

import gzip
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from services.deduplicator.fingerprint import Fingerprint, fingerprint
from services.deduplicator.verdict import judge
from services.normalizer.normalize import normalize
from shared.contracts import RawArticle, Relation
from shared.outcomes import PoisonError

Label = Literal["copy", "a_extends_b", "b_extends_a", "partial", "same_story", "related", "different"]
Answer = Literal["copy", "a_extends_b", "b_extends_a", "none"]

LEAST_PAIRS_OF_A_LANGUAGE = 30  # fewer say nothing about it

_ANSWERS: dict[Relation | None, Answer] = {
    None: "none",
    "copy": "copy",
    "extension": "a_extends_b",
    "excerpt": "b_extends_a",
}


class LabelledArticle(msgspec.Struct, frozen=True):
    """One side of a labelled pair; other fields are ignored."""

    text: str
    title: str | None = None
    url: str | None = None
    source: str | None = None


class LabelledPair(msgspec.Struct, frozen=True):
    """Two articles, how they relate, and how sure the reader was."""

    id: str
    a: LabelledArticle
    b: LabelledArticle
    relation: Label
    confidence: Literal["high", "low"] = "high"
    lang: str = "und"

    @property
    def expected(self) -> Answer:
        """The label as one of the four answers."""
        match self.relation:
            case "copy" | "a_extends_b" | "b_extends_a":
                return self.relation
            case _:
                return "none"


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled pair with the answer given, and whether the two share a key at all."""

    pair: LabelledPair
    answer: Answer
    found: bool


@dataclass(frozen=True, slots=True)
class PairFigures:
    """Over `pairs` pairs: duplicate or not (f1, precision, recall), the four answers, duplicates that share a key."""

    pairs: int
    f1: float
    precision: float
    recall: float
    answers: float
    found: float


@dataclass(frozen=True, slots=True)
class PairsReport:
    """Figures on all pairs, on those of high confidence, and on each language with enough of them."""

    all: PairFigures
    high: PairFigures
    languages: tuple[tuple[str, PairFigures], ...]
    judged: tuple[Judged, ...]

    def rows(self) -> Iterator[tuple[str, PairFigures]]:
        """Each row of the table by name."""
        yield "all", self.all
        yield "high confidence", self.high
        yield from self.languages

    def table(self) -> str:
        """The figures for people."""
        lines = [f"{'':16}{'pairs':>7}{'F1':>7}{'prec.':>7}{'recall':>8}{'4 answers':>11}{'share a key':>13}"]
        for name, row in self.rows():
            lines.append(
                f"{name:16}{row.pairs:7}{row.f1:7.3f}{row.precision:7.3f}{row.recall:8.3f}"
                f"{row.answers:11.3f}{row.found:13.3f}"
            )
        return "\n".join(lines)


def read_pairs(path: Path) -> list[LabelledPair]:
    """Labelled pairs from JSON lines, plain or .gz. Raises ValueError that names the line."""
    content = path.read_bytes()
    lines = (gzip.decompress(content) if path.suffix == ".gz" else content).splitlines()
    pairs = []
    for number, line in enumerate(lines, start=1):
        try:
            pairs.append(msgspec.json.decode(line, type=LabelledPair))
        except msgspec.MsgspecError as exc:
            raise ValueError(f"{path}, line {number}: {exc}") from exc
    return pairs


def evaluate_pairs(path: Path) -> PairsReport:
    """Cleans and judges every pair of the file as the stream would."""
    judged = [_judged(pair) for pair in read_pairs(path)]
    counted = Counter(one.pair.lang for one in judged)
    languages = sorted(lang for lang, count in counted.items() if count >= LEAST_PAIRS_OF_A_LANGUAGE)
    return PairsReport(
        all=figures(judged),
        high=figures([one for one in judged if one.pair.confidence == "high"]),
        languages=tuple((lang, figures([one for one in judged if one.pair.lang == lang])) for lang in languages),
        judged=tuple(judged),
    )


def _judged(pair: LabelledPair) -> Judged:
    a, b = _fingerprint(pair.a), _fingerprint(pair.b)
    verdict = judge(a.sketch, b.sketch)
    return Judged(pair, _ANSWERS[verdict.relation], found=bool(set(a.keys) & set(b.keys)))


def _fingerprint(article: LabelledArticle) -> Fingerprint:
    raw = RawArticle(source=article.source or "-", url=article.url, title=article.title, text=article.text)
    try:
        clean = normalize(raw, received_ms=0, version="", now=0)
    except PoisonError:
        return fingerprint("", "")
    return fingerprint(clean.title, clean.text)


def figures(judged: Sequence[Judged]) -> PairFigures:
    """The figures over these pairs; a share of nothing is 1."""
    said = [one.answer != "none" for one in judged]
    wanted = [one.pair.expected != "none" for one in judged]
    both = sum(a and b for a, b in zip(said, wanted, strict=True))
    return PairFigures(
        pairs=len(judged),
        f1=_share(2 * both, sum(said) + sum(wanted)),
        precision=_share(both, sum(said)),
        recall=_share(both, sum(wanted)),
        answers=_share(sum(one.answer == one.pair.expected for one in judged), len(judged)),
        found=_share(sum(one.found for one in judged if one.pair.expected != "none"), sum(wanted)),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def wrong(judged: Iterable[Judged]) -> Iterator[str]:
    """A line for each wrong answer."""
    for one in judged:
        if one.answer != one.pair.expected:
            yield f"{one.pair.id}: {one.pair.relation} ({one.pair.confidence}), said {one.answer}"


def main(arguments: Sequence[str]) -> int:
    """Prints the table for the file, then the pairs that were wrong."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m services.deduplicator.evaluate FILE (JSON lines, plain or .gz)\n")
        return 2
    report = evaluate_pairs(Path(arguments[0]))
    sys.stdout.write(report.table() + "\n\n" + "\n".join(wrong(report.judged)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
