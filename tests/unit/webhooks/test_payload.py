"""What is sent for an article, and what is left out where it is too large."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from services.cache.cursor import Cursor, decode_cursor
from services.webhooks.payload import LIMIT_BYTES, message_id, payload, removal_id, removal_payload
from shared.contracts import EnrichedArticle, decode, encode
from shared.contracts.articles import Removed
from tests.articles import enriched

PLACE = Cursor("0a1b2c3d", 7, 1_790_000_000_000)


def sent(article: EnrichedArticle, *, api_url: str = "") -> tuple[bytes, dict[str, Any]]:
    body = payload(article.id, article.revision.number, PLACE, encode(article), api_url=api_url)
    return body, orjson.loads(body)


def test_an_article_is_sent_whole_with_its_place_and_link() -> None:
    article = enriched(title="أمطار متوقعة في الشمال", text="تتوقع الأرصاد أمطاراً.", language="ar", direction="rtl")
    body, message = sent(article, api_url="https://news.example/")
    assert message["type"] == "khabar.enriched.v1"
    assert message["timestamp"] == "2026-09-21T14:13:20Z"
    assert decode_cursor(message["cursor"]) == PLACE
    assert message["link"] == f"https://news.example/v1/articles/{article.id}?revision=1"
    assert message["omitted"] == []
    assert encode(article) in body
    assert decode(orjson.dumps(message["data"]), EnrichedArticle) == article


def test_without_an_address_of_the_api_the_link_is_its_path() -> None:
    article = enriched()
    assert sent(article)[1]["link"] == f"/v1/articles/{article.id}?revision=1"


def test_a_removal_names_the_article_alone_and_each_has_an_id_of_its_own() -> None:
    article = enriched().id
    message = orjson.loads(removal_payload(article, PLACE))
    assert message == {
        "type": "khabar.removed.v1",
        "timestamp": "2026-09-21T14:13:20Z",
        "cursor": PLACE.encode(),
        "omitted": [],
        "data": {"id": article},
    }
    later = Cursor(PLACE.epoch, PLACE.sequence + 1, PLACE.time_ms + 1)
    ids = {removal_id(article, PLACE), removal_id(article, later), message_id(article, 1)}
    assert len(ids) == 3
    assert not any("." in one for one in ids)


def test_the_limit_is_kept_to_the_byte() -> None:
    room = LIMIT_BYTES - len(sent(enriched(text=""))[0])
    whole, message = sent(enriched(text="x" * room))
    assert (len(whole), message["omitted"]) == (LIMIT_BYTES, [])
    less, message = sent(enriched(text="x" * (room + 1)))
    assert len(less) < LIMIT_BYTES
    assert message["omitted"] == ["text"]
    assert "text" not in message["data"]
    assert message["data"]["title"] == "Rain expected in the north"


def test_the_largest_fields_are_left_out_first_and_no_more_than_needed() -> None:
    removed = [Removed(kind="boilerplate", text="ا" * 20_000, line=1)]
    message = sent(enriched(text="x" * 15_000, removed=removed))[1]
    assert message["omitted"] == ["removed"]
    assert len(message["data"]["text"]) == 15_000


@pytest.mark.parametrize("field", ["title", "author", "tags", "metadata", "extra", "url", "source"])
def test_whatever_is_huge_the_message_stays_small(field: str) -> None:
    huge = "y" * 100_000
    value = {"tags": [huge], "metadata": {"key": huge}, "extra": {"key": [huge]}}.get(field, huge)
    article = enriched(source=huge) if field == "source" else enriched(**{field: value})  # type: ignore[arg-type]
    body, message = sent(article)
    assert len(body) <= LIMIT_BYTES
    assert message["omitted"] == [field]
    assert (message["data"]["id"], message["data"]["revision"]["number"]) == (article.id, 1)


def test_the_id_is_of_the_article_and_its_revision_without_a_dot() -> None:
    first, second = message_id("ab" * 16, 1), message_id("ab" * 16, 2)
    assert first != second
    assert "." not in first + second
