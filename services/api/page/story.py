"""The page of one article: all that is known of it, and how that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from markupsafe import Markup

from services.api.copies import chain_of
from services.api.history import history_of
from services.api.page.interface import Interface
from services.api.page.query import WireQuery
from services.api.page.rendering import isolated, render
from services.api.page.views import (
    WireItem,
    article_address,
    machine_date,
    other_language,
    paragraphs,
    web_address,
    wire_item,
)
from services.cache.reading import Reader
from services.deduplicator.chain import Link, Tie
from services.deduplicator.verdict import Method
from shared.contracts import Duplicate, EnrichedArticle, Published

_ARTICLE = msgspec.json.Decoder(EnrichedArticle)


@dataclass(frozen=True, slots=True)
class ChainItem:
    """An article of the story in its place: why it stands before the next one, and what it has from whom."""

    item: WireItem
    published: Published
    because: str
    said: tuple[Markup, ...]


async def article_page(reader: Reader, article_id: str, ui: str | None, interface: Interface) -> str | None:
    """The page of the article; None where the cache does not hold it. Raises TransientError while Redis is away."""
    body = await reader.article(article_id)
    if body is None:
        return None
    article = _ARTICLE.decode(body)
    links = await chain_of(reader, article)
    # Most articles have one revision, and then nothing is compared or read again.
    history = await history_of(reader, article_id) if article.revision.number > 1 else None
    return render(
        "article.html",
        interface,
        article=article,
        item=wire_item(article, interface, ui),
        paragraphs=paragraphs(article.text),
        machine_date=machine_date,
        source_address=web_address(article.url),
        verdict=await _verdict(reader, article.duplicate, interface, ui) if article.duplicate else None,
        history=history,
        chain=_chain(links, interface, ui) if len(links) > 1 else (),
        wire=lambda name, value: WireQuery(ui=ui).having(name, value).address,
        home=WireQuery(ui=ui).address,
        other=other_language(article_address(article.id, None), interface),
    )


async def _verdict(reader: Reader, duplicate: Duplicate, interface: Interface, ui: str | None) -> Markup:
    """Why it is a copy, an excerpt or an extension, in a sentence that names the other article."""
    body = await reader.article(duplicate.of)
    return sentence(duplicate, wire_item(_ARTICLE.decode(body), interface, ui) if body else None, interface)


def sentence(duplicate: Duplicate, other: WireItem | None, interface: Interface) -> Markup:
    """The verdict with its shares; `other` is None where it is no longer kept."""
    kind = "same" if duplicate.method == Method.SAME_TEXT else duplicate.relation
    return isolated(
        interface.word(f"verdict_{kind}"),
        other=_named(other) if other else interface.word("other_gone"),
        here=percent(duplicate.contained),
        there=percent(duplicate.containment),
    )


def _named(other: WireItem) -> Markup:
    return Markup('<a href="{}" lang="{}" dir="{}">{}</a> (<bdi>{}</bdi>)').format(
        other.href, other.language, other.direction, other.title, other.source.label
    )


def percent(share: float) -> str:
    """A share as people read it."""
    return f"{share * 100:.0f}%"


def _chain(links: Sequence[Link], interface: Interface, ui: str | None) -> list[ChainItem]:
    items = {link.article.id: wire_item(link.article, interface, ui) for link in links}
    return [
        ChainItem(
            item=items[link.article.id],
            published=link.article.published,
            because=interface.word(f"because_{link.because.name.lower()}"),
            said=(
                *(_taken(tie, items[tie.of], interface) for tie in link.ties),
                *(_credited(items[credited], interface) for credited in link.credits),
            ),
        )
        for link in links
    ]


def _taken(tie: Tie, other: WireItem, interface: Interface) -> Markup:
    return isolated(
        interface.word(f"took_{tie.relation}"),
        other=other.source.label,
        here=percent(tie.contained),
        there=percent(tie.containment),
    )


def _credited(other: WireItem, interface: Interface) -> Markup:
    return isolated(interface.word("credits"), other=other.source.label)
