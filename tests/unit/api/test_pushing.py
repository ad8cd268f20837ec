from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import deploy
from services.api.pushing import (
    MAX_ARTICLES,
    RECORD_OVERHEAD_BYTES,
    BadBodyError,
    Push,
    Refusal,
    check,
    cut,
    item_of,
)
from services.normalizer.normalize import normalize
from shared.identity import article_id
from shared.outcomes import Reason
from shared.topics import RAW

ARTICLE = b'{"source":"Example Wire","text":"Rain.","url":"https://WWW.wire.example/rain?utm_source=x"}'


def test_the_bytes_of_each_article_stay_as_they_were_posted() -> None:
    spaced = b'{ "source":"x" , "n":1.0,"text":"\\u0623" }'
    assert cut(spaced, lines=False) == [spaced]
    assert cut(b" [ " + spaced + b" ,\n" + ARTICLE + b"]\n", lines=False) == [spaced, ARTICLE]
    assert cut(spaced + b"\r\n\n" + ARTICLE, lines=True) == [spaced + b"\r", ARTICLE]


@pytest.mark.parametrize("body", [b"", b" \n", b"[]"])
@pytest.mark.parametrize("lines", [True, False])
def test_nothing_posted_is_said_so(body: bytes, lines: bool) -> None:
    if lines and body == b"[]":
        return
    with pytest.raises(BadBodyError, match="nothing was posted"):
        cut(body, lines=lines)


@pytest.mark.parametrize("body", [b"[1,", b"[\xff]", b"[" * 5000])
def test_an_array_that_is_none_is_refused_whole(body: bytes) -> None:
    with pytest.raises(BadBodyError, match="not a JSON array"):
        cut(body, lines=False)


def test_the_number_of_articles_is_bounded() -> None:
    assert len(cut(b"{}\n" * MAX_ARTICLES, lines=True)) == MAX_ARTICLES
    with pytest.raises(BadBodyError, match="5,000 at most"):
        cut(b"{}\n" * (MAX_ARTICLES + 1), lines=True)


def test_the_id_is_told_where_url_or_external_id_decide_it() -> None:
    by_url, by_external, by_content = check(
        [ARTICLE, b'{"source":"x","text":"y","external_id":"7"}', b'{"source":"x","text":"y"}']
    )
    assert isinstance(by_url, Push)
    assert by_url.key == b"https://wire.example/rain"
    assert by_url.id == article_id(
        "Example Wire", canonical_url="https://wire.example/rain", external_id=None, content=""
    )
    assert isinstance(by_external, Push)
    assert (by_external.key, len(by_external.id or "")) == (b"7", 32)
    assert isinstance(by_content, Push)
    assert (by_content.key, by_content.id) == (None, None)
    assert "content" in (item_of(by_content).note or "")


@pytest.mark.parametrize(("surplus", "accepted"), [(0, True), (1, False)])
def test_what_the_topic_cannot_take_is_refused_at_its_limit(surplus: int, accepted: bool) -> None:
    limit = RAW.max_record_bytes - RECORD_OVERHEAD_BYTES
    empty = b'{"source":"x","text":""}'
    body = empty[:-2] + b"a" * (limit - len(empty) + surplus) + empty[-2:]
    (result,) = check([body])
    assert isinstance(result, Push) is accepted
    if isinstance(result, Refusal):
        assert result.reason is Reason.TOO_LARGE


@given(st.lists(st.one_of(st.binary(max_size=40), st.just(ARTICLE)), max_size=5))
def test_every_article_posted_has_one_answer_in_its_place(parts: list[bytes]) -> None:
    results = list(check(parts))
    assert [result.index for result in results] == list(range(len(parts)))
    for part, result in zip(parts, results, strict=True):
        assert isinstance(result, Push) or part != ARTICLE
        assert item_of(result).status == ("accepted" if isinstance(result, Push) else "refused")


def test_the_id_is_not_told_where_the_page_may_name_an_address_of_its_own() -> None:
    (page,) = check([b'{"source":"x","html":"<link rel=canonical href=https://x.example/a>","external_id":"7"}'])
    assert isinstance(page, Push)
    assert page.id is None


def test_the_id_told_is_the_one_that_the_normalizer_gives() -> None:
    samples = Path(deploy.__file__).with_name("samples") / "articles.jsonl"
    told = [result for result in check(cut(samples.read_bytes(), lines=True)) if isinstance(result, Push) and result.id]
    assert len(told) > 50
    for push in told:
        assert push.id == normalize(push.article, received_ms=1_790_000_000_000, version="0", now=1_790_000_000.0).id
