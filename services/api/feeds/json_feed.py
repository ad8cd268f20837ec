"""JSON Feed 1.1. See: https://www.jsonfeed.org/version/1.1/"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from services.api.feeds.entry import Entry, Feed, article_urn
from shared.contracts.articles import DateMethod, Precision, Relation

MEDIA_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


class FeedPublished(msgspec.Struct, frozen=True, kw_only=True):
    """When an article was published, written only as exactly as it is known."""

    at: str
    precision: Precision
    method: DateMethod


class FeedTopic(msgspec.Struct, frozen=True, kw_only=True):
    """An IPTC Media Topic of an article."""

    code: str
    name: str
    score: float


class FeedDuplicate(msgspec.Struct, frozen=True, kw_only=True):
    """What an article repeats, by the ids of their items."""

    relation: Relation
    of: str
    group: str


class FeedExtra(msgspec.Struct, frozen=True, kw_only=True):
    """What JSON Feed has no field for."""

    revision: int
    source: str
    direction: Annotated[Literal["ltr", "rtl", "auto"], msgspec.Meta(description="of title and content")]
    published: FeedPublished
    topics: list[FeedTopic]
    countries: Annotated[list[str], msgspec.Meta(description="ISO 3166-1 alpha-2, best first")]
    duplicate: FeedDuplicate | None = None


class FeedAuthor(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote an article."""

    name: str


class FeedItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An article."""

    id: Annotated[str, msgspec.Meta(description="the same for every revision of the article")]
    url: Annotated[str, msgspec.Meta(description="its page here")]
    external_url: Annotated[str | None, msgspec.Meta(description="where it was published")] = None
    title: str
    content_text: str
    date_published: Annotated[
        str | None, msgspec.Meta(description="only where it is known to the minute; `_khabar.published` says what is")
    ] = None
    date_modified: Annotated[str, msgspec.Meta(description="when this revision was finished")]
    authors: list[FeedAuthor] = []
    language: str | None = None
    tags: list[str] = []
    khabar: FeedExtra = msgspec.field(name="_khabar")


class JsonFeed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of articles, newest first."""

    version: str
    title: str
    home_page_url: str
    feed_url: str
    next_url: Annotated[str | None, msgspec.Meta(description="where the next page is; not on the last")] = None
    language: str | None = None
    items: list[FeedItem]


def write(feed: Feed) -> bytes:
    """The feed as JSON."""
    return msgspec.json.encode(
        JsonFeed(
            version=VERSION,
            title=feed.title,
            home_page_url=feed.home,
            feed_url=feed.address,
            next_url=feed.following,
            language=feed.language,
            items=[_item(entry) for entry in feed.entries],
        )
    )


def _item(entry: Entry) -> FeedItem:
    return FeedItem(
        id=entry.urn,
        url=entry.address,
        external_url=entry.original,
        title=entry.title,
        content_text=entry.text,
        date_published=entry.moment,
        date_modified=entry.updated,
        authors=[FeedAuthor(name=entry.author)] if entry.author else [],
        language=entry.language,
        tags=list(entry.tags),
        khabar=_extra(entry),
    )


def _extra(entry: Entry) -> FeedExtra:
    published, duplicate = entry.published, entry.duplicate
    return FeedExtra(
        revision=entry.revision,
        source=entry.source,
        direction=entry.direction,
        published=FeedPublished(at=entry.known, precision=published.precision, method=published.method),
        topics=[FeedTopic(code=topic.code, name=topic.name, score=topic.score) for topic in entry.topics],
        countries=[country.code for country in entry.countries],
        duplicate=FeedDuplicate(
            relation=duplicate.relation, of=article_urn(duplicate.of), group=article_urn(duplicate.group)
        )
        if duplicate
        else None,
    )
