"""The formats that articles can be asked for in, and how each is written: the stored bytes, or made from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from litestar.params import QueryParameter

from services.api.formats import cloudevents
from services.api.formats.ninjs import Ninjs, ninjs
from services.cache.reading import Item, Page
from shared.contracts import EnrichedArticle
from shared.contracts.articles import ArticleId

Format = Literal["khabar", "ninjs", "cloudevents"]
FormatAsked = Annotated[
    Format,
    QueryParameter(description="the articles' own form, IPTC ninjs 3.1, or CloudEvents 1.0 in JSON"),
]
_JSON = "application/json"
MEDIA_TYPES: Mapping[Format, str] = {"khabar": _JSON, "ninjs": _JSON, "cloudevents": cloudevents.MEDIA_TYPE}
PAGE_MEDIA_TYPES: Mapping[Format, str] = {**MEDIA_TYPES, "cloudevents": cloudevents.BATCH_MEDIA_TYPE}
_ARTICLE = msgspec.json.Decoder(EnrichedArticle)


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    cursor: Annotated[
        str | None,
        msgspec.Meta(
            description="give it as `since`, here or to the stream, for what arrives next; null on later pages"
        ),
    ]
    removed: Annotated[
        list[ArticleId],
        msgspec.Meta(
            description="after `since`: articles that were taken back meanwhile, with every revision till then"
        ),
    ] = []
    next: Annotated[str | None, msgspec.Meta(description="where the next page is; null on the last")]
    resumed: Annotated[
        bool,
        msgspec.Meta(description="the cursor was of an earlier index: some articles may come again, none is left out"),
    ]


class ArticlePage(_Page, frozen=True, kw_only=True):
    """One page of articles."""

    articles: list[EnrichedArticle]


class NinjsPage(_Page, frozen=True, kw_only=True):
    """One page of articles as IPTC ninjs 3.1."""

    articles: list[Ninjs]


# Litestar takes unions here, which its types do not say.
ANY_PAGE: Any = ArticlePage | NinjsPage
ANY_ARTICLE: Any = EnrichedArticle | Ninjs


def written(form: Format, body: bytes) -> bytes:
    """One article, from its stored bytes."""
    match form:
        case "khabar":
            return body
        case "ninjs":
            return msgspec.json.encode(ninjs(_ARTICLE.decode(body)))
        case "cloudevents":
            return cloudevents.event(body)


def written_page(form: Format, page: Page, cursor: str | None, following: str | None) -> bytes:
    """An ArticlePage, a NinjsPage, or a batch of events, which has no place for more than the articles."""
    if form == "cloudevents":
        return cloudevents.batched([_event(item) for item in page.items])
    bodies = [written(form, item.body) for item in page.items if not item.entry.is_removal]
    return b'{"articles":[%s],"removed":%s,"cursor":%s,"next":%s,"resumed":%s}' % (
        b",".join(bodies),
        msgspec.json.encode([item.entry.id for item in page.items if item.entry.is_removal]),
        msgspec.json.encode(cursor),
        msgspec.json.encode(following),
        msgspec.json.encode(page.resumed),
    )


def _event(item: Item) -> bytes:
    return cloudevents.removal_event(item.entry) if item.entry.is_removal else cloudevents.event(item.body)
