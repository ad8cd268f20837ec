"""Labelled articles: one form for training, for evaluation and for the quality gate."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

NOT_NEWS = "none"
"""The label of rows that are no news article at all: an advert, a list, navigation."""

FOLDS = 5


class LabelledArticle(msgspec.Struct, frozen=True, kw_only=True):
    """One article with the topics and countries that a reader gave it; one JSON line of a data set."""

    source: str
    lang: str
    primary: str
    secondary: list[str] = []
    countries: list[str] = []
    url: str | None = None
    title: str = ""
    text: str = ""


class LabelledDataError(Exception):
    """A labelled file cannot be read as one; the message names file and line, and what is expected."""


@dataclass(frozen=True, slots=True)
class LabelledData:
    """The rows of a file, and the SHA-256 of its unpacked content."""

    articles: tuple[LabelledArticle, ...]
    digest: str


def _open(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def read_labelled(path: Path) -> LabelledData:
    """Reads JSON lines, plain or .gz. Raises LabelledDataError at the first line that is not a labelled article."""
    decoder = msgspec.json.Decoder(LabelledArticle)
    digest = sha256()
    articles: list[LabelledArticle] = []
    with _open(path) as lines:
        for number, line in enumerate(lines, 1):
            digest.update(line)
            if not line.strip():
                continue
            try:
                articles.append(decoder.decode(line))
            except msgspec.DecodeError as error:
                raise LabelledDataError(
                    f"{path}, line {number}: {error}. A line is a JSON object with source, lang, primary, "
                    "and optionally secondary, countries, title, text."
                ) from error
    if not articles:
        raise LabelledDataError(f"{path}: no labelled articles in it.")
    return LabelledData(tuple(articles), digest.hexdigest())


def folds_by_source(articles: Sequence[LabelledArticle]) -> list[int]:
    """For each article the fold (0 to 4) that its whole source is held out in; the folds are of like size."""
    sizes: dict[str, int] = {}
    for article in articles:
        sizes[article.source] = sizes.get(article.source, 0) + 1
    loads = [0] * FOLDS
    fold_of: dict[str, int] = {}
    for source in sorted(sizes, key=lambda name: (-sizes[name], name)):
        fold = loads.index(min(loads))
        fold_of[source] = fold
        loads[fold] += sizes[source]
    return [fold_of[article.source] for article in articles]


def by_language(articles: Sequence[LabelledArticle]) -> Iterator[tuple[str, list[int]]]:
    """Each language, the most frequent first, with the indices of its articles."""
    found: dict[str, list[int]] = {}
    for index, article in enumerate(articles):
        found.setdefault(article.lang, []).append(index)
    yield from sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
