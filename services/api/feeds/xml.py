"""Elements of XML feeds: text stays text, and what XML cannot hold becomes the replacement character."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from lxml import etree  # type: ignore[import-untyped]

from services.api.feeds.entry import Entry

Element: TypeAlias = Any  # lxml has no types

ATOM = "http://www.w3.org/2005/Atom"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
KHABAR = "urn:khabar:feed:1"
XHTML = "http://www.w3.org/1999/xhtml"
MEDIA_TOPICS = "http://cv.iptc.org/newscodes/mediatopic/"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# XML 1.0 has no way to write these, not even as references. See: https://www.w3.org/TR/xml/#charsets
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """The text as XML can hold it."""
    return _ILLEGAL.sub("\ufffd", text)


def root(namespace: str | None, name: str, namespaces: dict[str | None, str]) -> Element:
    """The outermost element."""
    return etree.Element(_qualified(namespace, name), nsmap=namespaces)


def add(parent: Element, namespace: str | None, name: str, text: str | None = None, **attributes: str) -> Element:
    """A new last child; its text and attributes are escaped."""
    # XHTML as the default namespace of its own part: readers take prefixed markup for unknown elements.
    namespaces = {None: XHTML} if namespace == XHTML and not str(parent.tag).startswith(f"{{{XHTML}}}") else None
    child = etree.SubElement(
        parent,
        _qualified(namespace, name),
        attrib={key: legal(value) for key, value in attributes.items()},
        nsmap=namespaces,
    )
    if text is not None:
        child.text = legal(text)
    return child


def say_language(element: Element, language: str | None) -> None:
    """`xml:lang` on the element, where the language is known."""
    if language:
        element.set(_LANGUAGE, legal(language))


def add_published(parent: Element, entry: Entry) -> None:
    """When the article was published, only as exactly as it is known."""
    add(parent, KHABAR, "published", entry.known, precision=entry.published.precision, method=entry.published.method)


def serialized(document: Element) -> bytes:
    """The document in UTF-8."""
    written: bytes = etree.tostring(document, encoding="utf-8", xml_declaration=True)
    return written


def _qualified(namespace: str | None, name: str) -> str:
    return f"{{{namespace}}}{name}" if namespace else name
