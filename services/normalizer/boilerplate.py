"""Lines that a source prints under article after article, told by counting; never part of id or revision."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b

import msgspec

from services.normalizer.line_counts import KEY_BYTES, Count, Counts, Observed
from services.normalizer.lines import Line
from shared.contracts import NormalizedArticle, Removed

LEAST_ARTICLES = 5
"""Distinct articles of a source that must have a line; or the share below of its recent ones, if that is more."""
LEAST_SHARE = 0.01
LONG = 100
"""Characters from which a line may be a paragraph on what happened before, which each follow-up of an event repeats."""
LEAST_LONG_ARTICLES = 10
LEAST_LONG_SHARE = 0.05
"""Long boilerplate stands under nearly every article: of 150 learnt lines read one by one, the paragraphs among them
stood in 5 to 9 articles of a source."""
LONGEST_LINE = 300
"""Characters of the longest line that is counted; boilerplate is short, and stories are many."""
SHORTEST_LINE = 6
MOST_LINES = 60
"""Lines of an article that are counted, half from its top, half from its end, where boilerplate stands."""

_DIGITS = re.compile(r"\d+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def line_key(line: Line) -> bytes:
    """What a line is counted by: a digest of its match key, in which any number is the same."""
    return blake2b(_DIGITS.sub("0", line.key).encode("utf-8"), digest_size=KEY_BYTES).digest()


def observe(article: NormalizedArticle, story: Sequence[Line], offset: int) -> Observed:
    """What is counted of an article.

    Its day is that of its publication, so that an archive teaches as a stream does.
    """
    edges = story if len(story) <= MOST_LINES else [*story[: MOST_LINES // 2], *story[-MOST_LINES // 2 :]]
    lines = dict.fromkeys(line_key(line) for line in edges if SHORTEST_LINE <= len(line.text) <= LONGEST_LINE)
    return Observed(
        source=article.source,
        offset=offset,
        day=(datetime.fromisoformat(article.published.at) - _EPOCH).days,
        article=bytes.fromhex(article.id)[:KEY_BYTES],
        revision=bytes.fromhex(article.revision_hash)[:KEY_BYTES],
        lines=tuple(lines),
    )


def without(article: NormalizedArticle, story: Sequence[Line], observed: Observed, counts: Counts) -> NormalizedArticle:
    """The article with boilerplate moved from its text to `removed`; all of it is kept where nothing else is left."""
    if not any(count.on_days and count.articles >= LEAST_ARTICLES for count in counts.lines):
        return article
    known = dict(zip(observed.lines, counts.lines, strict=True))
    found = [line for line in story if is_boilerplate(line, known.get(line_key(line)), counts.articles)]
    kept = [line.text for line in story if line not in found]
    if not found or not kept:
        return article
    moved = [Removed(kind="boilerplate", text=line.text, line=line.number) for line in found]
    removed = sorted([*article.removed, *moved], key=lambda line: line.line)
    return msgspec.structs.replace(article, text="\n".join(kept), removed=removed)


def is_boilerplate(line: Line, count: Count | None, of_articles: int) -> bool:
    """Whether a line that came so often, in so many recent articles of its source, is boilerplate."""
    # Within one day, the lines of one event come again and again.
    if count is None or not count.on_days or len(line.text) > LONGEST_LINE:
        return False
    if len(line.text) < LONG:
        return count.articles >= max(LEAST_ARTICLES, LEAST_SHARE * of_articles)
    return count.articles >= max(LEAST_LONG_ARTICLES, LEAST_LONG_SHARE * of_articles)
