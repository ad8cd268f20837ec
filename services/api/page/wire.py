"""Makes the wire from what the cache holds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from urllib.parse import urlencode

import msgspec

from services.api.feeds.routes import NOTATIONS
from services.api.page.clusters import Cluster, clusters, group_of
from services.api.page.interface import Interface
from services.api.page.query import WireQuery
from services.api.page.rendering import render
from services.api.page.views import (
    NAME_CHARACTERS,
    Choice,
    FeedLink,
    FilterGroup,
    Link,
    WireItem,
    article_address,
    beginning,
    filter_group,
    other_language,
    wire_item,
)
from services.cache.reading import Dimension, FacetValue, Page, Reader
from shared.contracts import EnrichedArticle

ARTICLES_A_PAGE = 30
PAGES_LOOKED_AT = 10
VALUES_LISTED = 60  # of each filter
VALUES_SECONDS = 10.0
_ARTICLE = msgspec.json.Decoder(EnrichedArticle)
_DIMENSIONS: tuple[tuple[Dimension, str], ...] = (
    ("topic", "topics"),
    ("language", "languages"),
    ("country", "countries"),
    ("source", "sources"),
)


class FilterValues:
    """What there is to filter by, asked for again when it has grown old: it changes little and costs a key each."""

    def __init__(self, reader: Reader, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._reader, self._monotonic = reader, monotonic
        self._known: dict[Dimension, tuple[float, tuple[FacetValue, ...]]] = {}

    async def of(self, dimension: Dimension) -> tuple[FacetValue, ...]:
        """The values, the most frequent first. Raises TransientError while Redis is away."""
        now = self._monotonic()
        known = self._known.get(dimension)
        if known is None or now - known[0] > VALUES_SECONDS:
            known = self._known[dimension] = (now, await self._reader.values(dimension))
        return known[1]


async def wire_page(reader: Reader, values: FilterValues, query: WireQuery, interface: Interface) -> str:
    """The wire, newest first. Raises TransientError while Redis is away."""
    page = await _page(reader, query)
    items = await _items(reader, page, query, interface)
    groups = [await _filter_group(values, dimension, word, query, interface) for dimension, word in _DIMENSIONS]
    return render(
        "wire.html",
        interface,
        items=items,
        together=query.together,
        feeds=_feeds(query),
        groups=[group for group in groups if group.shown],
        duplicates=_duplicates(query, interface),
        active=_active(query, interface),
        query=query,
        home=WireQuery(ui=query.ui).address,
        newest=WireQuery(query.filters, None, query.ui).address if query.before else None,
        older=None if page.complete else WireQuery(query.filters, page.reached, query.ui).address,
        stream=_stream(query, page),
        other=other_language(query.address, interface),
    )


async def _page(reader: Reader, query: WireQuery) -> Page:
    """The first page that holds something: where a filter is narrow, the cache may give up before it finds any."""
    page = await reader.page(query.wanted, order="newest", cursor=query.before, limit=ARTICLES_A_PAGE)
    newest, turn = page.newest, 1
    while not page.items and not page.complete and turn < PAGES_LOOKED_AT:
        page = await reader.page(query.wanted, order="newest", cursor=page.reached, limit=ARTICLES_A_PAGE)
        turn += 1
    return replace(page, newest=newest)


async def _items(reader: Reader, page: Page, query: WireQuery, interface: Interface) -> list[WireItem]:
    articles = [_ARTICLE.decode(item.body) for item in page.items]
    if not query.together:
        return [wire_item(article, interface, query.ui) for article in articles]
    members = await _members(reader, {group_of(article) for article in articles})
    return [_clustered(cluster, interface, query.ui) for cluster in clusters(articles, members)]


def _clustered(cluster: Cluster, interface: Interface, ui: str | None) -> WireItem:
    of = cluster.of
    return replace(
        wire_item(cluster.article, interface, ui),
        of=Link(beginning(of.source, NAME_CHARACTERS), article_address(of.id, ui)) if of else None,
        copies=tuple(wire_item(copy, interface, ui) for copy in cluster.copies),
    )


async def _members(reader: Reader, groups: Collection[str]) -> list[EnrichedArticle]:
    """What is in the groups, each in order of arrival."""
    repeated = await reader.repeated(list(groups))
    found = await asyncio.gather(*map(reader.members, repeated))
    return [_ARTICLE.decode(item.body) for items in found for item in items]


def _feeds(query: WireQuery) -> list[FeedLink]:
    """The feeds of what the address asks for."""
    parameters = f"?{urlencode(query.filters)}" if query.filters else ""
    return [FeedLink(notation.name, notation.path + parameters, notation.media_type) for notation in NOTATIONS]


async def _filter_group(
    values: FilterValues, dimension: Dimension, word: str, query: WireQuery, interface: Interface
) -> FilterGroup:
    found = (await values.of(dimension))[:VALUES_LISTED]
    labels = [_label(dimension, value.label, interface) for value in found]
    return filter_group(dimension, found, labels, interface.word(word), query)


def _duplicates(query: WireQuery, interface: Interface) -> list[Choice]:
    return [
        Choice(
            interface.word(f"duplicates_{choice}"),
            query.having("duplicates", None if choice == "together" else choice).address,
            chosen=(query.get("duplicates") or "together") == choice,
            count=None,
        )
        for choice in ("together", "show", "hide", "only")
    ]


def _active(query: WireQuery, interface: Interface) -> list[Link]:
    """Each filter that is set, and the wire without it."""
    return [Link(_label(name, value, interface), query.having(name, None).address) for name, value in query.filters]


def _label(name: str, value: str, interface: Interface) -> str:
    match name:
        case "topic":
            return interface.topic(value)
        case "language":
            return interface.language(value)
        case "country":
            return interface.country(value.upper())
        case "group":
            return interface.word("group_filter")
        case "duplicates":
            return f"{interface.word('duplicates')}: {interface.word(f'duplicates_{value}')}"
        case _:
            return value


def _stream(query: WireQuery, page: Page) -> str | None:
    """Where what arrives after this page comes; only the newest page is live."""
    if query.before:
        return None
    return f"/v1/stream?{urlencode([*query.filters, ('since', page.newest.encode())])}"


def message_page(interface: Interface, name: str, *, again_seconds: int | None = None) -> str:
    """A page that says what is wrong; `name` is that of its words, `again_seconds` when it loads itself again."""
    return render(
        "message.html",
        interface,
        title=interface.word(f"{name}_title"),
        text=interface.word(f"{name}_text"),
        again_seconds=again_seconds,
        home="/",
        other=Link(interface.word("other_language"), f"/?ui={interface.other}"),
    )
