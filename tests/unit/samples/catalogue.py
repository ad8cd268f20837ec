"""What deploy/samples/README.md says of each line, read from its tables: the tests hold the lines to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from deploy.samples import ARTICLES, POISON
from shared.contracts import RawArticle, decode_raw
from shared.outcomes import Reason

Relation = Literal["copy", "excerpt", "extension", "revision", "unchanged", "different"]


@dataclass(frozen=True, slots=True)
class Related:
    """One row of "How lines relate"; line numbers count from 1."""

    line: int
    relation: Relation
    of: int


@dataclass(frozen=True, slots=True)
class Refused:
    """One row of "Poison": why the line is refused, and the words that its error must contain."""

    line: int
    reason: Reason
    names: str


def article_lines() -> list[bytes]:
    """The lines of the sample articles, as they are pushed."""
    return ARTICLES.read_bytes().splitlines()


def poison_lines() -> list[bytes]:
    """The lines of the poison, as they are pushed."""
    return POISON.read_bytes().splitlines()


def articles() -> dict[int, RawArticle]:
    """Every sample article by its line number."""
    return {number: decode_raw(line) for number, line in enumerate(article_lines(), 1)}


def related() -> list[Related]:
    """The table of relations."""
    return [Related(int(line), cast(Relation, is_), int(of)) for line, is_, of, _ in _table("How lines relate")]


def refused() -> list[Refused]:
    """The table of poison."""
    return [Refused(int(line), Reason(reason.strip("`")), names) for line, reason, names, _ in _table("Poison")]


def numbered(heading: str) -> dict[str, list[int]]:
    """A table of names and line numbers."""
    return {name: [int(number) for number in re.findall(r"\d+", lines)] for name, lines in _table(heading)}


def _table(heading: str) -> list[list[str]]:
    readme = ARTICLES.with_name("README.md").read_text("utf-8")
    section = readme.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]
