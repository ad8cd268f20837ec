"""The stage: what becomes of an article, and that one that fails harms no other."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from services.normalizer import stage
from services.normalizer.normalize import Normalized, normalize, normalize_lines
from services.normalizer.stage import Normalizer
from shared.contracts import NormalizedArticle, RawArticle
from shared.contracts.codec import decode, encode
from shared.outcomes import Poison, Publish, Reason
from tests.unit.normalizer.articles import BODY, DISCLAIMER, NOTICE, NOW_MS, SPAN, SYNDICATED, TITLE, received


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
    [outcome] = await Normalizer(lambda: 0.0, "test").process([received(article)], SPAN)
    assert isinstance(outcome, Poison)
    assert outcome.reason is Reason.NO_CONTENT
    assert "expected" in outcome.error


async def test_each_input_has_its_outcome_in_order() -> None:
    empty = RawArticle(source="a", text="")
    outcomes = await Normalizer(lambda: 0.0, "test").process(
        [received(SYNDICATED, 0), received(empty, 1), received(SYNDICATED, 2)], SPAN
    )
    assert [type(outcome) for outcome in outcomes] == [Publish, Poison, Publish]


async def test_a_defect_on_one_article_is_told_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(article: RawArticle, *, received_ms: int, version: str, now: float, zone: int) -> Normalized:
        if article.title == "bad":
            raise ZeroDivisionError("by zero")
        return normalize_lines(article, received_ms=received_ms, version=version, now=now, zone=zone)

    monkeypatch.setattr(stage, "normalize_lines", failing)
    bad = RawArticle(source="a", title="bad", text="b")
    outcomes = await Normalizer(lambda: 0.0, "test").process([received(bad, 0), received(SYNDICATED, 1)], SPAN)
    assert outcomes[0] == Poison(Reason.FAILED, "ZeroDivisionError: by zero")
    assert isinstance(outcomes[1], Publish)


async def test_a_source_may_write_its_times_in_a_zone_of_its_own() -> None:
    article = RawArticle(source="riyadh.example", text="\n".join(BODY), published_at="2025-03-09 10:20")
    [outcome] = await Normalizer(lambda: 0.0, "test", zones={"riyadh.example": 180}).process([received(article)], SPAN)
    assert isinstance(outcome, Publish)
    assert outcome.article.published.at == "2025-03-09T07:20:00Z"


@pytest.mark.parametrize("refused", ["2031-01-01", "1970-01-01T00:00:00Z", "no date at all"])
def test_a_date_that_is_not_believed_stays_visible(refused: str) -> None:
    when = normalized(RawArticle(source="a", text="\n".join(BODY), published_at=refused)).published
    assert (when.at, when.method, when.raw) == ("2025-03-10T09:46:40Z", "fetched", refused)


def test_identity_does_not_depend_on_the_machine() -> None:
    script = (
        "from services.normalizer.normalize import normalize; from tests.unit.normalizer.articles import *;"
        "a = normalize(SYNDICATED, received_ms=NOW_MS, version='t', now=0); print(a.id, a.revision_hash)"
    )
    here = normalized(SYNDICATED)
    for settings in ({"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"}, {"PYTHONHASHSEED": "2", "LC_ALL": "C"}):
        told = subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, **settings}, capture_output=True, text=True, check=True
        )
        assert told.stdout.split() == [here.id, here.revision_hash]


def test_an_item_of_a_news_agency_is_dated_and_credited_by_its_dateline() -> None:
    dateline = "المدينة 09 رمضان 1446 هـ الموافق 09 مارس 2025 م واس"
    article = normalized(
        RawArticle(source="a", title=TITLE, text="\n".join([dateline, *BODY, "// انتهى //", "10:15ت م", "0025"]))
    )
    assert article.text == "\n".join(BODY)
    assert (article.published.at, article.published.method) == ("2025-03-09T00:00:00Z", "text")
    assert [(credit.kind, credit.outlet) for credit in article.attribution] == [("agency", "SPA")]


def test_who_wrote_it_in_another_paper_is_its_author_and_the_paper_its_first_publisher() -> None:
    article = normalized(RawArticle(source="a", title=TITLE, text="\n".join(['كتبت ريم المثال في "المثال":', *BODY])))
    assert (article.author, article.text) == ("ريم المثال", "\n".join(BODY))
    assert [(credit.kind, credit.outlet) for credit in article.attribution] == [("syndication", "المثال")]
