"""What a page of HTML holds: the article's text by trafilatura, and what its metadata says. No network, ever."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import lxml.html  # type: ignore[import-untyped]
import trafilatura
from lxml.etree import ParserError  # type: ignore[import-untyped]

LARGEST_PAGE = 4 << 20
"""Characters of a page that are read: what the topic takes at most."""
LEAST_PARAGRAPH = 20
"""Letters of the shortest line that tells a page's text from its menu."""
LONGEST_NAME = 100
"""Characters of the longest author's name: what is marked so and longer holds a portrait too."""
MOST_TAGS = 50
_DEEPEST_JSON = 6


@dataclass(frozen=True, slots=True)
class Page:
    """An article's page; None or empty for what it does not say. `published` is as it is written there."""

    text: str | None
    title: str | None
    author: str | None
    published: str | None
    url: str | None
    language: str | None
    tags: tuple[str, ...]


_EMPTY = Page(None, None, None, None, None, None, ())
_ARTICLE_TYPES = re.compile(r"(?:.*Article|.*Posting|Report|Review|WebPage)$")
# Elements of AMP that are advertisements, menus, consent and share buttons: trafilatura takes them for text.
_NOT_SHOWN = [
    f"//{name}" for name in ("amp-ad", "amp-sidebar", "amp-consent", "amp-social-share", "amp-sticky-ad", "amp-embed")
]
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")


def read_page(html: str) -> Page:
    """The article in a page; never raises, for a page that is none has nothing."""
    html = _XML_DECLARATION.sub("", html[:LARGEST_PAGE].replace("\x00", ""))
    try:
        tree = lxml.html.fromstring(html)
    except (ParserError, ValueError, AssertionError):
        return _EMPTY
    metadata = _metadata(tree)
    text = trafilatura.extract(
        tree,
        output_format="txt",
        include_comments=False,
        include_tables=True,
        with_metadata=False,
        prune_xpath=_NOT_SHOWN,
    )
    return Page(text=text if _has_paragraph(text) else None, **metadata)


def _has_paragraph(text: str | None) -> bool:
    """Whether any line is longer than what a menu says: where there is no article, extraction gives the menu."""
    return text is not None and any(sum(map(str.isalpha, line)) >= LEAST_PARAGRAPH for line in text.split("\n"))


def _metadata(tree: Any) -> dict[str, Any]:
    meta = {name.lower(): content for name, content in reversed(list(_meta_tags(tree)))}
    linked = next(_linked_articles(tree), {})

    def first(*found: str | None) -> str | None:
        return next((text.strip() for text in found if text and text.strip()), None)

    return {
        "title": first(_text(linked.get("headline")), meta.get("og:title"), meta.get("twitter:title"), _heading(tree)),
        "author": first(
            _name(linked.get("author")),
            meta.get("author"),
            meta.get("article:author_name"),
            meta.get("dc.creator"),
            _inner_text(tree, "//*[@itemprop='author']//*[@itemprop='name']"),
            _inner_text(tree, "//*[@itemprop='author']"),
            _inner_text(tree, "//a[@rel='author']"),
        ),
        "published": first(
            _text(linked.get("datePublished")),
            meta.get("article:published_time"),
            meta.get("og:published_time"),
            meta.get("datepublished"),
            meta.get("dc.date.issued"),
            meta.get("dc.date"),
            meta.get("date"),
            meta.get("pubdate"),
            meta.get("publishdate"),
            meta.get("parsely-pub-date"),
            meta.get("sailthru.date"),
            _attribute(tree, "//time[@pubdate]/@datetime"),
            _attribute(tree, "//*[@itemprop='datePublished']/@content"),
            _attribute(tree, "//*[@itemprop='datePublished']/@datetime"),
            _attribute(tree, "//article//time/@datetime"),
        ),
        "url": first(_not_front(_attribute(tree, "//link[@rel='canonical']/@href")), _not_front(meta.get("og:url"))),
        "language": first(_text(linked.get("inLanguage")), _attribute(tree, "//html/@lang"), meta.get("og:locale")),
        "tags": tuple(dict.fromkeys(_tags(tree, linked)))[:MOST_TAGS],
    }


def _meta_tags(tree: Any) -> Iterator[tuple[str, str]]:
    for tag in tree.iter("meta"):
        name = tag.get("property") or tag.get("name") or tag.get("itemprop")
        content = tag.get("content")
        if name and content:
            yield name, content


def _attribute(tree: Any, path: str) -> str | None:
    found = tree.xpath(path)
    return str(found[0]) if found else None


def _inner_text(tree: Any, path: str) -> str | None:
    """The text of the first such element that a person can read, as a name is short."""
    for element in tree.xpath(path):
        text = " ".join(str(element.text_content()).split())
        if 0 < len(text) <= LONGEST_NAME:
            return text
    return None


def _not_front(url: str | None) -> str | None:
    """None for the front page: some sites name it as the address of every article."""
    return url if url and urlsplit(url.strip()).path.strip("/") else None


def _heading(tree: Any) -> str | None:
    for path in ("//h1", "//title"):
        for element in tree.xpath(path):
            text = str(element.text_content()).strip()
            if text:
                return text
    return None


def _tags(tree: Any, linked: dict[str, Any]) -> Iterator[str]:
    keywords = linked.get("keywords")
    for keyword in keywords if isinstance(keywords, list) else str(keywords or "").split(","):
        if isinstance(keyword, str) and keyword.strip():
            yield keyword.strip()
    for name, content in _meta_tags(tree):
        if name.lower() in {"article:tag", "article:section"}:
            yield content.strip()


def _linked_articles(tree: Any) -> Iterator[dict[str, Any]]:
    """The articles that JSON-LD describes, wherever in its graph they are."""
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            linked = json.loads(str(script), strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _articles_in(linked, _DEEPEST_JSON)


def _articles_in(linked: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth == 0:
        return
    if isinstance(linked, list):
        for part in linked:
            yield from _articles_in(part, depth - 1)
    elif isinstance(linked, dict):
        kinds = linked.get("@type")
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            if isinstance(kind, str) and _ARTICLE_TYPES.match(kind) and "headline" in linked:
                yield linked
                break
        yield from _articles_in(linked.get("@graph"), depth - 1)


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        return next((text for part in value if (text := _text(part))), None)
    if isinstance(value, dict):
        return _text(value.get("@value") or value.get("name") or value.get("alternateName"))
    return value if isinstance(value, str) else None


def _name(value: Any) -> str | None:
    """The names of one author or several."""
    if isinstance(value, list):
        names = [name for part in value if (name := _name(part))]
        return ", ".join(dict.fromkeys(names)) or None
    return _text(value)
