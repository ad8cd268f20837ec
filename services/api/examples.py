"""Examples for the OpenAPI document, each made by the code that makes the real thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from litestar.openapi.spec import Example

from services.api.feeds.entry import Feed, entry_of
from services.api.formats.writing import Format, written, written_page
from services.api.frames import article_frame
from services.cache.cursor import Cursor
from services.cache.reading import Entry, Item, Page
from shared.contracts import (
    Attribution,
    Country,
    EnrichedArticle,
    Language,
    Pipeline,
    Published,
    Removed,
    Revision,
    Topic,
    encode,
)
from shared.identity import article_id, revision_hash

SITE = "https://news.example"
_TITLE = "أمطار متوقعة في الشمال يوم الجمعة"
_TEXT = "تتوقع الأرصاد أمطارا غزيرة في الشمال يوم الجمعة.\nوقد تغلق بعض الطرق الجبلية."
_URL = "https://wire.example/rain"
ARTICLE = EnrichedArticle(
    id=article_id("Example Wire", canonical_url=_URL, external_id=None, content=""),
    source="Example Wire",
    url=_URL,
    title=_TITLE,
    text=_TEXT,
    removed=[Removed(kind="promo", text="اقرأ أيضا: ثلوج على المرتفعات", line=2)],
    author="ليلى",
    tags=["طقس"],
    language=Language(code="ar", confidence=0.99, direction="rtl"),
    published=Published(at="2026-01-28T00:00:00Z", precision="day", method="text", raw="٢٨ كانون الثاني ٢٠٢٦"),
    fetched_at="2026-01-28T08:31:00Z",
    attribution=[Attribution(kind="agency", outlet="وكالة المثال", evidence="بيروت - وكالة المثال")],
    metadata={},
    extra={},
    pipeline=Pipeline(
        version="0.1.0",
        normalized_at="2026-01-28T08:31:01Z",
        classified_at="2026-01-28T08:31:01Z",
        enriched_at="2026-01-28T08:31:02Z",
    ),
    revision=Revision(number=1, hash=revision_hash(_TITLE, _TEXT)),
    topics=[Topic(code="medtop:17000000", slug="wea", name="weather", score=0.93)],
    countries=[Country(code="LB", score=0.9, mentions=1)],
)
CURSOR = Cursor(epoch="5f3a9c21", sequence=128, time_ms=1_769_589_062_000)
_PAGE = Page(
    items=(Item(Entry(ARTICLE.id, ARTICLE.revision.number, CURSOR, ()), encode(ARTICLE)),),
    reached=CURSOR,
    newest=CURSOR,
    complete=True,
    resumed=False,
)
_RAW = {
    "source": "Example Wire",
    "url": _URL,
    "title": _TITLE,
    "text": _TEXT,
    "published_at": "٢٨ كانون الثاني ٢٠٢٦",
}


def article_example(form: Format) -> Example:
    """One article in that format."""
    return Example(summary=form, value=msgspec.json.decode(written(form, encode(ARTICLE))))


def page_example(form: Format) -> Example:
    """A page of articles in that format."""
    # Litestar leaves out what is null, and `next` is never left out.
    following = f"/v1/articles?limit=1&before={CURSOR.encode()}"
    return Example(summary=form, value=msgspec.json.decode(written_page(form, _PAGE, CURSOR.encode(), following)))


def feed_example(path: str, write: Callable[[Feed], bytes]) -> Example:
    """A feed: JSON as it is, XML as text."""
    feed = Feed(
        urn="urn:khabar:feed:example",
        title="Khabar · ar",
        language="ar",
        home=f"{SITE}/?language=ar",
        address=f"{SITE}{path}?language=ar",
        following=None,
        entries=[entry_of(ARTICLE, SITE)],
    )
    document = write(feed)
    value: Any = msgspec.json.decode(document) if path.endswith("json") else document.decode()
    return Example(value=value)


def stream_example() -> Example:
    """An event of the stream."""
    return Example(value=article_frame(_PAGE.items[0]).decode())


def posted_examples() -> dict[str, Example]:
    """One article, and several."""
    second = {"source": "Example Wire", "external_id": "42", "html": "<html><body><p>Roads reopen.</p></body></html>"}
    return {"one": Example(value=_RAW), "many": Example(value=[_RAW, second])}


def posted_lines_example() -> dict[str, Example]:
    """A line of JSON for each."""
    line = msgspec.json.encode(_RAW).decode()
    return {"lines": Example(value=f"{line}\n{line}\n")}


def posted_answer_example() -> Example:
    """What a producer is told of two articles of which one was taken."""
    return Example(
        value={
            "accepted": 1,
            "refused": 1,
            "items": [
                {"index": 0, "status": "accepted", "id": ARTICLE.id, "note": None, "reason": None, "error": None},
                {
                    "index": 1,
                    "status": "refused",
                    "id": None,
                    "note": None,
                    "reason": "invalid_article",
                    "error": "text, html: both are missing, expected one of them",
                },
            ],
        },
    )
