"""What the templates show of an article: chosen, cut and named here, so that templates only place it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.api.page.interface import Interface
from services.api.page.query import WireQuery
from services.cache.reading import FacetValue
from shared.contracts import EnrichedArticle, Published
from shared.contracts.articles import Direction, Precision, Relation

LEAD_CHARACTERS = 260
UNKNOWN_LANGUAGE = "und"
TITLE_CHARACTERS = 300  # beyond it a title is none: an extractor has taken the page for it
NAME_CHARACTERS = 80  # of an outlet
TAGS_SHOWN = 3  # topics, and countries, of an article on the wire
OUTLETS_NAMED = 3  # of an article's copies, before they are opened
VALUES_SHOWN = 8  # of a filter; the rest is behind "more"
_DATE_CHARACTERS: Mapping[Precision, int] = {"day": 10, "month": 7, "year": 4}  # of 2026-01-28T00:00:00Z


@dataclass(frozen=True, slots=True)
class Link:
    """A name and where it leads."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class WireItem:
    """One article on the wire."""

    id: str
    href: str
    revision: int
    language: str
    direction: Direction | Literal["auto"]
    title: str
    lead: str
    source: Link
    language_name: str
    at: str
    precision: str
    clock: str
    day: str
    topics: tuple[Link, ...]
    countries: tuple[Link, ...]
    relation: Relation | None
    original: str | None
    of: Link | None = None
    copies: tuple[WireItem, ...] = ()

    @property
    def copied_by(self) -> tuple[str, ...]:
        """The first outlets of its copies."""
        return self._outlets[:OUTLETS_NAMED]

    @property
    def copied_by_more(self) -> bool:
        """Whether there are others."""
        return len(self._outlets) > OUTLETS_NAMED

    @property
    def _outlets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(copy.source.label for copy in self.copies))


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter: chosen, its link takes it away again."""

    label: str
    href: str
    chosen: bool
    count: int | None


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed of what the wire shows."""

    label: str
    href: str
    media_type: str


@dataclass(frozen=True, slots=True)
class FilterGroup:
    """One thing to filter by."""

    name: str
    label: str
    shown: tuple[Choice, ...]
    more: tuple[Choice, ...]


def beginning(text: str, characters: int) -> str:
    """The beginning of the text in one line, cut between words."""
    line = " ".join(text[: characters * 4].split())
    if len(line) <= characters:
        return line
    cut = line[: characters + 1].rpartition(" ")[0]
    return f"{cut or line[:characters]}…"


def web_address(url: str | None) -> str | None:
    """The url where a browser may follow it: an article's own could be of any scheme."""
    return url if url and url.startswith(("https://", "http://")) else None


def machine_date(published: Published) -> str:
    """For `datetime`: also a program must not take it for more exact than it is known."""
    return published.at[: _DATE_CHARACTERS.get(published.precision)]


def direction_of(article: EnrichedArticle) -> Direction | Literal["auto"]:
    """That of its language; left to the browser only where the language is not known."""
    return "auto" if article.language.code == UNKNOWN_LANGUAGE else article.language.direction


def article_address(article: str, ui: str | None) -> str:
    """The page of the article."""
    return f"/articles/{article}" + (f"?ui={ui}" if ui else "")


def other_language(address: str, interface: Interface) -> Link:
    """The same page in the other interface language."""
    path, _, query = address.partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith("ui=")]
    return Link(interface.word("other_language"), f"{path}?{'&'.join([*kept, f'ui={interface.other}'])}")


def wire_item(article: EnrichedArticle, interface: Interface, ui: str | None) -> WireItem:
    """The article as the wire shows it; `ui` is the interface language that links carry on."""
    wire = WireQuery(ui=ui)
    return WireItem(
        id=article.id,
        href=article_address(article.id, ui),
        revision=article.revision.number,
        language=article.language.code,
        direction=direction_of(article),
        title=beginning(article.title, TITLE_CHARACTERS) or interface.word("untitled"),
        lead=beginning(article.text, LEAD_CHARACTERS),
        source=Link(beginning(article.source, NAME_CHARACTERS), wire.having("source", article.source).address),
        language_name=interface.language(article.language.code),
        at=machine_date(article.published),
        precision=article.published.precision,
        clock=interface.clock(article.published),
        day=interface.day(article.published),
        topics=tuple(
            Link(interface.topic(topic.slug), wire.having("topic", topic.slug).address)
            for topic in article.topics[:TAGS_SHOWN]
        ),
        countries=tuple(
            Link(interface.country(country.code), wire.having("country", country.code).address)
            for country in article.countries[:TAGS_SHOWN]
        ),
        relation=article.duplicate.relation if article.duplicate else None,
        original=web_address(article.url),
    )


def filter_group(
    name: str, values: Sequence[FacetValue], labels: Sequence[str], heading: str, query: WireQuery
) -> FilterGroup:
    """The values of one filter, the chosen one among the first."""
    chosen = (query.get(name) or "").casefold()
    choices = [
        Choice(
            label=label,
            href=query.having(name, None if value.value.casefold() == chosen else value.label).address,
            chosen=value.value.casefold() == chosen,
            # Beside another filter the count of a value alone would promise what is not found.
            count=None if query.filters else value.count,
        )
        for value, label in zip(values, labels, strict=True)
    ]
    return FilterGroup(name, heading, tuple(choices[:VALUES_SHOWN]), tuple(choices[VALUES_SHOWN:]))


def paragraphs(text: str) -> Sequence[str]:
    """The contract has a paragraph a line."""
    return [line for line in text.splitlines() if line.strip()]
