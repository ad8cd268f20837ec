"""Atom (RFC 4287), with pages (RFC 5005). It has no direction: that stands on the element inside the content."""

from __future__ import annotations

from services.api.feeds.entry import Entry, Feed
from services.api.feeds.xml import (
    ATOM,
    DUBLIN_CORE,
    KHABAR,
    MEDIA_TOPICS,
    XHTML,
    Element,
    add,
    add_published,
    root,
    say_language,
    serialized,
)

MEDIA_TYPE = "application/atom+xml"


def write(feed: Feed) -> bytes:
    """The feed as Atom."""
    document = root(ATOM, "feed", {None: ATOM, "dc": DUBLIN_CORE, "khabar": KHABAR})
    say_language(document, feed.language)
    add(document, ATOM, "id", feed.urn)
    add(document, ATOM, "title", feed.title)
    add(document, ATOM, "updated", feed.updated)
    add(document, ATOM, "link", rel="self", type=MEDIA_TYPE, href=feed.address)
    add(document, ATOM, "link", rel="alternate", type="text/html", href=feed.home)
    if feed.following:
        add(document, ATOM, "link", rel="next", type=MEDIA_TYPE, href=feed.following)
    for entry in feed.entries:
        _add_entry(document, entry)
    return serialized(document)


def _add_entry(document: Element, entry: Entry) -> None:
    element = add(document, ATOM, "entry")
    say_language(element, entry.language)
    add(element, ATOM, "id", entry.urn)
    add(element, ATOM, "title", entry.title)
    add(element, ATOM, "updated", entry.updated)
    if entry.moment:
        add(element, ATOM, "published", entry.moment)
    add_published(element, entry)
    add(add(element, ATOM, "author"), ATOM, "name", entry.author or entry.source)
    add(element, DUBLIN_CORE, "publisher", entry.source)
    add(element, ATOM, "link", rel="alternate", type="text/html", href=entry.address)
    if entry.original:
        add(element, ATOM, "link", rel="via", href=entry.original)
    for topic in entry.topics:
        term = topic.code.partition(":")[2]
        add(element, ATOM, "category", scheme=MEDIA_TOPICS, term=term, label=topic.name)
    _add_content(element, entry)


def _add_content(element: Element, entry: Entry) -> None:
    content = add(element, ATOM, "content", type="xhtml")
    # RFC 4287: the outer div is no part of the content, and readers drop it with its attributes.
    outer = add(content, XHTML, "div")
    story = add(outer, XHTML, "div", dir=entry.direction, **({"lang": entry.language} if entry.language else {}))
    for paragraph in entry.paragraphs:
        add(story, XHTML, "p", paragraph)
