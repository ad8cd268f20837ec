"""RSS 2.0, for readers that know nothing newer. See: https://www.rssboard.org/rss-profile"""

from __future__ import annotations

from email.utils import format_datetime
from html import escape

from services.api.feeds.entry import Entry, Feed, rfc822
from services.api.feeds.xml import (
    ATOM,
    DUBLIN_CORE,
    KHABAR,
    MEDIA_TOPICS,
    Element,
    add,
    add_published,
    root,
    say_language,
    serialized,
)

MEDIA_TYPE = "application/rss+xml"


def write(feed: Feed) -> bytes:
    """The feed as RSS."""
    document = root(None, "rss", {"atom": ATOM, "dc": DUBLIN_CORE, "khabar": KHABAR})
    document.set("version", "2.0")
    channel = add(document, None, "channel")
    add(channel, None, "title", feed.title)
    add(channel, None, "link", feed.home)
    add(channel, None, "description", feed.title)
    if feed.language:
        add(channel, None, "language", feed.language)
    add(channel, ATOM, "link", rel="self", type=MEDIA_TYPE, href=feed.address)
    if feed.following:
        add(channel, ATOM, "link", rel="next", type=MEDIA_TYPE, href=feed.following)
    for entry in feed.entries:
        _add_item(channel, entry)
    return serialized(document)


def _add_item(channel: Element, entry: Entry) -> None:
    item = add(channel, None, "item")
    say_language(item, entry.language)
    add(item, None, "title", entry.title)
    add(item, None, "link", entry.address)
    add(item, None, "guid", entry.urn, isPermaLink="false")
    if entry.moment and (moment := rfc822(entry.moment)):
        add(item, None, "pubDate", format_datetime(moment, usegmt=True))
    add_published(item, entry)
    add(item, DUBLIN_CORE, "creator", entry.author or entry.source)
    add(item, DUBLIN_CORE, "publisher", entry.source)
    if entry.language:
        add(item, DUBLIN_CORE, "language", entry.language)
    if entry.original:
        add(item, ATOM, "link", rel="via", href=entry.original)
    for topic in entry.topics:
        add(item, None, "category", topic.name, domain=MEDIA_TOPICS)
    add(item, None, "description", _markup(entry))


def _markup(entry: Entry) -> str:
    """What RSS expects in a description: HTML, in which the article is text alone."""
    language = f' lang="{escape(entry.language)}"' if entry.language else ""
    story = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in entry.paragraphs)
    return f'<div dir="{entry.direction}"{language}>{story}</div>'
