"""Learnt boilerplate: when a line counts as one, that redelivery and copies do not count, and what becomes of it."""

from __future__ import annotations

import pytest

from services.normalizer.boilerplate import LEAST_ARTICLES, BoilerplateInMemory, Observed
from services.normalizer.normalize import normalize
from services.normalizer.stage import MS_A_DAY, Normalizer
from shared.contracts import NormalizedArticle, RawArticle
from shared.outcomes import Coordinates, Publish, Received
from tests.unit.normalizer.articles import BODY, NOW_MS

LINE = 7


def seen(number: int, day: int, line: int = LINE, source: str = "a") -> Observed:
    return Observed(source, f"article {number}", f"text {number}", day, (line, 1000 + number))


async def test_a_line_counts_from_enough_articles_on_enough_days() -> None:
    counts = BoilerplateInMemory()
    learnt = await counts.learn([seen(number, day=number % 2) for number in range(LEAST_ARTICLES)])
    assert learnt[:-1] == [frozenset()] * (LEAST_ARTICLES - 1)
    assert learnt[-1] == {LINE}


async def test_one_day_is_not_enough() -> None:
    counts = BoilerplateInMemory()
    learnt = await counts.learn([seen(number, day=1) for number in range(3 * LEAST_ARTICLES)])
    assert set(learnt) == {frozenset()}


async def test_another_source_has_its_own_lines() -> None:
    counts = BoilerplateInMemory()
    await counts.learn([seen(number, day=number % 2) for number in range(LEAST_ARTICLES)])
    assert await counts.learn([seen(99, day=1, source="b")]) == [frozenset()]


async def test_a_redelivery_counts_once() -> None:
    counts = BoilerplateInMemory()
    learnt = await counts.learn([seen(0, day=day) for day in range(3 * LEAST_ARTICLES)])
    assert set(learnt) == {frozenset()}


async def test_copies_of_one_text_count_once() -> None:
    counts = BoilerplateInMemory()
    copies = [
        Observed("a", f"article {number}", "one text", number % 2, (LINE,)) for number in range(3 * LEAST_ARTICLES)
    ]
    assert set(await counts.learn(copies)) == {frozenset()}


async def test_a_large_source_needs_a_share_of_its_articles() -> None:
    counts = BoilerplateInMemory()
    await counts.learn([seen(number, day=number % 2, line=1) for number in range(1000)])
    learnt = await counts.learn([seen(2000 + number, day=number % 2) for number in range(11)])
    assert learnt[8] == frozenset()
    assert learnt[10] == {LINE}


def article(number: int) -> RawArticle:
    own = f"وفي التفاصيل أن الحدث رقم {'أ' * (number + 1)} وقع في المدينة وحضره جمهور كبير من الناس."
    return RawArticle(
        source="a",
        url=f"https://a.example/{number}",
        title=f"خبر {number}",
        text=f"{own}\n{BODY[0]}\nالمثال الآن للجميع دائما",
    )


def received(number: int) -> Received[RawArticle]:
    return Received(article(number), Coordinates("articles.raw", 0, number), NOW_MS + (number % 2) * MS_A_DAY)


async def test_a_learnt_line_moves_to_removed_and_changes_no_identity() -> None:
    normalizer = Normalizer(lambda: 0.0, "test", BoilerplateInMemory())
    outcomes = await normalizer.process([received(number) for number in range(LEAST_ARTICLES)])
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
