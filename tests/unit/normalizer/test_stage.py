"""The stage: what becomes of an article, and that one that fails harms no other."""

from __future__ import annotations

import pytest

from services.normalizer import stage
from services.normalizer.normalize import Normalized, normalize, normalize_lines
from services.normalizer.stage import Normalizer
from shared.contracts import NormalizedArticle, RawArticle
from shared.contracts.codec import decode, encode
from shared.outcomes import Poison, Publish, Reason
from tests.unit.normalizer.articles import BODY, DISCLAIMER, NOTICE, NOW_MS, SYNDICATED, TITLE, received


def normalized(article: RawArticle) -> NormalizedArticle:
    return normalize(article, received_ms=NOW_MS, version="test", now=NOW_MS / 1000)


def test_a_syndicated_article_is_taken_apart() -> None:
    article = normalized(SYNDICATED)
    assert article.title == TITLE
    assert article.text == "\n".join(BODY)
    assert article.tags == ["محليات", "أخبار المدينة"]
    assert [(removed.kind, removed.line) for removed in article.removed] == [
        ("notice", 3),
        ("notice", 4),
        ("category", 8),
        ("category", 9),
        ("category", 10),
        ("category", 11),
    ]
    assert [removed.text for removed in article.removed[:2]] == [NOTICE, DISCLAIMER]
    assert (article.language.code, article.language.direction) == ("ar", "rtl")


def test_the_first_publisher_is_credited_with_title_and_day() -> None:
    article = normalized(SYNDICATED)
    [credit] = article.attribution
    assert (credit.kind, credit.outlet, credit.title) == ("syndication", "nahrnews", "المحافظ يقص الشريط")
    assert credit.evidence == NOTICE
    assert credit.published is not None
    assert (credit.published.at, credit.published.precision) == ("2025-03-09T00:00:00Z", "day")
    assert (article.published.at, article.published.method) == ("2025-03-09T00:00:00Z", "attribution")


def test_the_outcome_is_what_the_contract_says() -> None:
    article = normalized(SYNDICATED)
    assert decode(encode(article), NormalizedArticle) == article


def test_the_fetch_is_when_kafka_got_it_where_the_producer_does_not_say() -> None:
    assert normalized(SYNDICATED).fetched_at == "2025-03-10T09:46:40Z"


@pytest.mark.parametrize(
    "article",
    [
        RawArticle(source="a", text=""),
        RawArticle(source="a", text=" \n\t \u200b\ufeff "),
        RawArticle(source="a", text="شارك على فيسبوك"),
        RawArticle(source="a", html="<html><body></body></html>"),
        RawArticle(source="a", html=""),
    ],
)
async def test_an_article_without_a_story_is_poison(article: RawArticle) -> None:
    [outcome] = await Normalizer(lambda: 0.0, "test").process([received(article)])
    assert isinstance(outcome, Poison)
    assert outcome.reason is Reason.NO_CONTENT
    assert "expected" in outcome.error


async def test_each_input_has_its_outcome_in_order() -> None:
    empty = RawArticle(source="a", text="")
    outcomes = await Normalizer(lambda: 0.0, "test").process(
        [received(SYNDICATED, 0), received(empty, 1), received(SYNDICATED, 2)]
    )
    assert [type(outcome) for outcome in outcomes] == [Publish, Poison, Publish]


async def test_a_defect_on_one_article_is_told_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(article: RawArticle, *, received_ms: int, version: str, now: float) -> Normalized:
        if article.title == "bad":
            raise ZeroDivisionError("by zero")
        return normalize_lines(article, received_ms=received_ms, version=version, now=now)

    monkeypatch.setattr(stage, "normalize_lines", failing)
    bad = RawArticle(source="a", title="bad", text="b")
    outcomes = await Normalizer(lambda: 0.0, "test").process([received(bad, 0), received(SYNDICATED, 1)])
    assert outcomes[0] == Poison(Reason.FAILED, "ZeroDivisionError: by zero")
    assert isinstance(outcomes[1], Publish)
