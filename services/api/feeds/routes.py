"""`/v1/feed.json`, `.atom`, `.rss`: the newest articles by filter, for feed readers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from services.api.conditional import answer, next_link, page_tag
from services.api.examples import feed_example
from services.api.feeds import atom, json_feed, rss
from services.api.feeds.entry import Feed, entry_of
from services.api.feeds.json_feed import JsonFeed
from services.api.feeds.kept import Kept
from services.api.openapi import FeedOperation
from services.api.parameters import FILTER_NAMES, Before, cursor_of, query_of
from services.api.problems import documented
from services.api.site import site_of
from services.cache.cursor import Cursor
from services.cache.facets import Filter
from services.cache.reading import Page, Reader
from shared.contracts import EnrichedArticle

# 20 articles of 4.4 KB, the mean that was measured, keep below the 100 KB that JSON Feed advises.
DEFAULT_ARTICLES = 20
MAX_ARTICLES = 100
PAGES_LOOKED_AT = 10  # as the wire does: a narrow filter may leave some empty
TITLE = "Khabar"
_UNTITLED = frozenset({"duplicates", "published_from", "published_to"})  # filters that a title does not tell
_ARTICLE = msgspec.json.Decoder(EnrichedArticle)

FeedLimit = Annotated[int, QueryParameter(description="articles in the feed", ge=1, le=MAX_ARTICLES)]


@dataclass(frozen=True, slots=True)
class Notation:
    """One way to write a feed."""

    path: str
    name: str
    media_type: str
    write: Callable[[Feed], bytes]
    schema: type[Any]


NOTATIONS = (
    Notation("/v1/feed.json", "JSON Feed 1.1", json_feed.MEDIA_TYPE, json_feed.write, JsonFeed),
    Notation("/v1/feed.atom", "Atom", atom.MEDIA_TYPE, atom.write, str),
    Notation("/v1/feed.rss", "RSS 2.0", rss.MEDIA_TYPE, rss.write, str),
)


def _handler(notation: Notation) -> HTTPRouteHandler:
    kept = Kept()

    @get(
        notation.path,
        operation_id=f"feed_{notation.path.rpartition('.')[2]}",
        summary=f"The newest articles by filter, as {notation.name}",
        description=(
            "The same filters as `/v1/articles`; always the newest revision of each article, under an id that stays "
            "the same. An article is text: nothing of it is markup. Dates that are not known to the minute are left "
            "out, and written as exactly as they are known in fields of Khabar's own. Direction and language stand on "
            "the element that holds the content."
        ),
        tags=["Reading"],
        opt={"parameters": FILTER_NAMES | {"before", "limit"}},
        media_type=notation.media_type,
        operation_class=FeedOperation,
        responses={
            200: ResponseSpec(
                notation.schema,
                description="a feed",
                media_type=notation.media_type,
                generate_examples=False,
                examples=[feed_example(notation.path, notation.write)],
            ),
            304: ResponseSpec(None, description="it is what If-None-Match names", generate_examples=False),
            **documented(400, 503),
        },
    )
    async def feed(
        request: Request[object, object, State],
        state: State,
        wanted: NamedDependency[Filter],
        before: Before = None,
        limit: FeedLimit = DEFAULT_ARTICLES,
    ) -> Response[bytes]:
        page = await _page(state.reader, wanted, cursor_of("before", before), limit)
        following = None if page.complete else _address(notation, request, page.reached)
        tag, site = page_tag(notation.name, page, following), site_of(request)
        return answer(
            request,
            tag,
            lambda: kept.get(
                (tag, site, *query_of(request)), lambda: notation.write(_feed(notation, request, site, page, following))
            ),
            media_type=notation.media_type,
            headers=next_link(following),
        )

    return feed


async def _page(reader: Reader, wanted: Filter, before: Cursor | None, limit: int) -> Page:
    page = await reader.page(wanted, order="newest", cursor=before, limit=limit)
    for _ in range(PAGES_LOOKED_AT - 1):
        if page.items or page.complete:
            break
        page = await reader.page(wanted, order="newest", cursor=page.reached, limit=limit)
    return page


def _feed(
    notation: Notation, request: Request[object, object, State], site: str, page: Page, following: str | None
) -> Feed:
    filters = [(name, value) for name, value in query_of(request) if name in FILTER_NAMES]
    query = urlencode(filters)
    return Feed(
        urn=f"urn:khabar:feed:{blake2b(urlencode(sorted(filters)).encode(), digest_size=8).hexdigest()}",
        title=" · ".join([TITLE, *(value for name, value in filters if name not in _UNTITLED)]),
        language=dict(filters).get("language"),
        home=f"{site}/?{query}" if query else f"{site}/",
        address=site + _address(notation, request, None),
        following=site + following if following else None,
        entries=[entry_of(_ARTICLE.decode(item.body), site) for item in page.items],
    )


def _address(notation: Notation, request: Request[object, object, State], reached: Cursor | None) -> str:
    """The feed's own, or that of the page which follows where this one ends."""
    given = query_of(request)
    if reached:
        given = [*((name, value) for name, value in given if name != "before"), ("before", reached.encode())]
    return f"{notation.path}?{urlencode(given)}" if given else notation.path


FEEDS = [_handler(notation) for notation in NOTATIONS]
