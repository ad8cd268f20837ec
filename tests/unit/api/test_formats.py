from __future__ import annotations

from datetime import datetime
from typing import Any

import jsonschema
import orjson
import pytest

from services.api.formats import cloudevents
from services.api.formats.writing import written
from services.cache.cursor import Cursor
from services.cache.facets import REMOVED
from services.cache.reading import Entry
from shared.contracts import Attribution, EnrichedArticle, Published, encode
from shared.contracts.articles import Precision
from tests.articles import copy_of, enriched

_TEXT = {"type": "string"}
_PERCENT = {"type": "integer", "minimum": 0, "maximum": 100}


def _exactly(required: tuple[str, ...] = (), /, **fields: object) -> dict[str, object]:
    return {"type": "object", "properties": fields, "required": list(required), "additionalProperties": False}


def _many(item: object) -> dict[str, object]:
    return {"type": "array", "items": item}


_VALUE = {"role": _TEXT, "contentType": _TEXT, "value": _TEXT}
_NAMED = {"name": _TEXT, "rel": _TEXT, "uri": _TEXT, "literal": _TEXT}
# What ninjs 3.1 allows, of the fields that an article has; its schema refuses every other name too.
NINJS = _exactly(
    ("uri",),
    uri=_TEXT,
    type={"enum": ["text"]},
    representationType={"enum": ["full", "partial"]},
    version=_TEXT,
    versionCreated=_TEXT,
    contentCreated=_TEXT,
    language=_TEXT,
    by=_TEXT,
    headlines=_many(_exactly(("value",), **_VALUE)),
    bodies=_many(_exactly(("value",), **_VALUE, charCount={"type": "integer"}, wordCount={"type": "integer"})),
    subjects=_many(_exactly((), **_NAMED, creator=_TEXT, relevance=_PERCENT, confidence=_PERCENT)),
    places=_many(_exactly((), **_NAMED)),
    infoSources=_many(_exactly((), name=_TEXT, role=_TEXT, uri=_TEXT, literal=_TEXT)),
    associations=_many(_exactly(("name", "uri"), name=_TEXT, uri=_TEXT, rel=_TEXT)),
    altIds=_many(_exactly((), role=_TEXT, value=_TEXT)),
    renditions=_many(_exactly(("name",), name=_TEXT, href=_TEXT, contentType=_TEXT)),
    standard=_exactly((), name=_TEXT, version=_TEXT, schema=_TEXT),
)


def ninjs(article: EnrichedArticle) -> dict[str, Any]:
    item: dict[str, Any] = orjson.loads(written("ninjs", encode(article)))
    jsonschema.validate(item, NINJS)
    for name in ("versionCreated", "contentCreated"):
        assert name not in item or datetime.fromisoformat(item[name]).tzinfo
    return item


def test_an_article_is_told_in_the_fields_of_ninjs() -> None:
    first = enriched("first")
    article = enriched(
        title="خبر",
        text="مطر في الشمال.\nطرق مغلقة.",
        language="ar",
        direction="rtl",
        author="ليلى",
        countries=("SY",),
        duplicate=copy_of(first),
        attribution=[Attribution(kind="agency", outlet="وكالة المثال", evidence="وكالة المثال -")],
        enriched_at="2026-01-28T09:00:00Z",
    )
    item = ninjs(article)
    assert item["uri"] == f"urn:khabar:article:{article.id}"
    assert item["bodies"] == [
        {
            "role": "main",
            "contentType": "text/plain",
            "charCount": len(article.text),
            "wordCount": 5,
            "value": article.text,
        }
    ]
    assert item["headlines"][0]["value"] == "خبر"
    assert (item["by"], item["language"], item["version"]) == ("ليلى", "ar", "1")
    assert item["versionCreated"] == "2026-01-28T09:00:00Z"
    assert item["subjects"][0] == {
        "name": "weather",
        "uri": "http://cv.iptc.org/newscodes/mediatopic/17000000",
        "creator": "Khabar",
        "confidence": 90,
    }
    assert item["places"] == [{"name": "Syria", "rel": "about", "literal": "SY"}]
    assert [(source["name"], source["role"]) for source in item["infoSources"]] == [
        ("Example Wire", "publisher"),
        ("وكالة المثال", "agency"),
    ]
    assert item["associations"][0]["uri"] == f"urn:khabar:article:{first.id}"
    assert {alt["role"] for alt in item["altIds"]} == {"revision", "group"}


@pytest.mark.parametrize(
    ("precision", "told"),
    [("second", True), ("minute", True), ("hour", False), ("day", False), ("month", False), ("year", False)],
)
def test_a_date_that_is_not_a_moment_is_left_out(precision: Precision, told: bool) -> None:
    published = Published(at="2026-01-28T00:00:00Z", precision=precision, method="text")
    assert ("contentCreated" in ninjs(enriched(published=published))) is told


def test_what_is_not_known_is_not_told() -> None:
    item = ninjs(enriched(title="", language="und", topics=(), countries=(), url=None))
    assert not {"headlines", "language", "by", "subjects", "places", "associations", "renditions"} & set(item)


def test_words_are_not_counted_where_nothing_stands_between_them() -> None:
    assert "wordCount" not in ninjs(enriched(text="今日は雨です。", language="ja"))["bodies"][0]


def test_an_event_has_the_attributes_that_it_has_on_kafka_and_the_stored_bytes_as_data() -> None:
    article = enriched(title="«خبر»", enriched_at="2026-01-28T09:00:00Z")
    body = encode(article)
    event = written("cloudevents", body)
    assert event.endswith(b',"data":%s}' % body)
    attributes = orjson.loads(event)
    assert attributes.pop("data") == orjson.loads(body)
    assert attributes == {
        "specversion": "1.0",
        "id": f"{article.id}.{article.revision.hash}",
        "source": "khabar/deduplicator",
        "type": "khabar.enriched.v1",
        "time": "2026-01-28T09:00:00Z",
        "subject": article.id,
        "datacontenttype": "application/json",
        "dataschema": "urn:khabar:enriched:v1",
    }


def test_a_removal_is_an_event_without_data() -> None:
    entry = Entry(enriched().id, 1, Cursor("ab", 7, 1_769_589_062_000), (REMOVED,))
    assert orjson.loads(cloudevents.removal_event(entry)) == {
        "specversion": "1.0",
        "id": f"{entry.id}.removed.{entry.cursor.encode()}",
        "source": "khabar/remove",
        "type": "khabar.removed.v1",
        "time": "2026-01-28T08:31:02Z",
        "subject": entry.id,
    }


def test_a_batch_is_an_array() -> None:
    assert orjson.loads(cloudevents.batched([])) == []
    assert (
        len(orjson.loads(cloudevents.batched([written("cloudevents", encode(enriched(name))) for name in "ab"]))) == 2
    )
