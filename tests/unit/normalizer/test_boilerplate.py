"""Learnt boilerplate: when a line counts as one, and what becomes of it."""

from __future__ import annotations

import pytest

from services.normalizer.boilerplate import (
    LEAST_ARTICLES,
    LEAST_LONG_ARTICLES,
    LONG,
    LONGEST_LINE,
    MOST_LINES,
    is_boilerplate,
    line_key,
    observe,
)
from services.normalizer.line_counts import Count, LineCountsInMemory
from services.normalizer.lines import Line, read_lines
from services.normalizer.normalize import normalize, normalize_lines
from services.normalizer.stage import Normalizer
from shared.contracts import NormalizedArticle, RawArticle
from shared.outcomes import Coordinates, Publish, Received
from tests.unit.normalizer.articles import BODY, NOW_MS, SPAN

DAY_MS = 86_400_000
[SHORT] = read_lines("المثال الآن للجميع")
[LONG_LINE] = read_lines("x" * LONG)


@pytest.mark.parametrize(
    ("line", "count", "of_articles", "is_it"),
    [
        (SHORT, Count(LEAST_ARTICLES, on_days=True), 100, True),
        (SHORT, Count(LEAST_ARTICLES - 1, on_days=True), 100, False),
        (SHORT, Count(100, on_days=False), 100, False),
        (SHORT, Count(10, on_days=True), 1000, True),
        (SHORT, Count(9, on_days=True), 1000, False),
        (LONG_LINE, Count(LEAST_LONG_ARTICLES, on_days=True), 200, True),
        (LONG_LINE, Count(LEAST_LONG_ARTICLES - 1, on_days=True), 20, False),
        (LONG_LINE, Count(49, on_days=True), 1000, False),
        (LONG_LINE, Count(50, on_days=True), 1000, True),
        (SHORT, None, 1000, False),
    ],
)
def test_enough_articles_on_more_than_one_day_make_a_line_boilerplate(
    line: Line, count: Count | None, of_articles: int, is_it: bool
) -> None:
    assert is_boilerplate(line, count, of_articles) is is_it


def test_numbers_make_no_difference_and_words_do() -> None:
    [one, two, other] = map(line_key, read_lines("متابعات 12\nمتابعات ٧\nمتابعة 12"))
    assert one == two != other


def test_long_lines_and_the_middle_of_long_articles_are_not_counted() -> None:
    lines = [f"Line {'x' * number} of the story" for number in range(MOST_LINES + 10)]
    text = "\n".join([lines[0], "y" * (LONGEST_LINE + 1), *lines[1:]])
    done = normalize_lines(RawArticle(source="a", title="t", text=text), received_ms=NOW_MS, version="test", now=0)
    counted = observe(done.article, done.story, 5)
    assert (counted.offset, len(counted.lines)) == (5, MOST_LINES - 1)
    assert line_key(read_lines(lines[35])[0]) not in counted.lines


def article(number: int) -> RawArticle:
    own = f"وفي التفاصيل أن الحدث رقم {'أ' * (number + 1)} وقع في المدينة وحضره جمهور كبير من الناس."
    return RawArticle(
        source="a",
        url=f"https://a.example/{number}",
        title=f"خبر {number}",
        text=f"{own}\n{BODY[0]}\nالمثال الآن للجميع دائما",
    )


def received(number: int) -> Received[RawArticle]:
    return Received(article(number), Coordinates("articles.raw", 0, number), NOW_MS + (number % 2) * DAY_MS)


async def test_a_learnt_line_moves_to_removed_and_changes_no_identity() -> None:
    normalizer = Normalizer(lambda: 0.0, "test", LineCountsInMemory())
    outcomes = await normalizer.process([received(number) for number in range(LEAST_ARTICLES)], SPAN)
    last = published(outcomes[-1])
    assert ("boilerplate", 3) in {(removed.kind, removed.line) for removed in last.removed}
    assert "المثال الآن" not in last.text
    plain = normalize(article(LEAST_ARTICLES - 1), received_ms=NOW_MS, version="test", now=0)
    assert (last.id, last.revision_hash) == (plain.id, plain.revision_hash)
    assert "المثال الآن" in plain.text


def published(outcome: object) -> NormalizedArticle:
    if not isinstance(outcome, Publish):
        pytest.fail(f"{outcome} is not published")
    assert isinstance(outcome.article, NormalizedArticle)
    return outcome.article
