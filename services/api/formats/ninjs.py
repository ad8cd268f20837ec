"""An article as IPTC ninjs 3.1, which refuses what it does not know. See: https://www.iptc.org/std/ninjs/

It has no field for direction; its dates are whole moments, so a date that is known less exactly is left out.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from babel import Locale
from msgspec import Meta

from services.api.feeds.entry import article_urn, known_language, made_at, moment_of
from services.api.page.views import web_address
from shared.contracts import Duplicate, EnrichedArticle, Topic

SCHEMA = "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json"
_MEDIA_TOPICS = "http://cv.iptc.org/newscodes/mediatopic/"
_CREATOR = "Khabar"
_PLAIN = "text/plain"
_NAMES = Locale.parse("en").territories
# Written without spaces between words: counting by spaces would count sentences.
_UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my"})

Percent = Annotated[int, Meta(ge=0, le=100)]


class _Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    pass


class Headline(_Part, frozen=True, kw_only=True):
    """A headline."""

    role: str
    content_type: str
    value: str


class Body(_Part, frozen=True, kw_only=True):
    """The text, a paragraph a line."""

    role: str
    content_type: str
    char_count: int
    word_count: int | None = None
    value: str


class Subject(_Part, frozen=True, kw_only=True):
    """A topic; `confidence` is its probability in percent."""

    name: str
    uri: str
    creator: str
    confidence: Percent


class Place(_Part, frozen=True, kw_only=True):
    """A country that the article is about; `literal` is its ISO 3166-1 alpha-2 code."""

    name: str
    rel: str
    literal: str


class InfoSource(_Part, frozen=True, kw_only=True):
    """The outlet, or another that the text names as where it comes from."""

    name: str
    role: str


class Association(_Part, frozen=True, kw_only=True):
    """Another article that this one repeats; `rel` says how."""

    name: str
    uri: str
    rel: str


class AltId(_Part, frozen=True, kw_only=True):
    """Another identity: of the revision, of the group of articles that repeat each other."""

    role: str
    value: str


class Rendition(_Part, frozen=True, kw_only=True):
    """Where the article was published."""

    name: str
    href: str


class Standard(_Part, frozen=True, kw_only=True):
    """What the article is written by."""

    name: Literal["ninjs"]
    version: Literal["3.1"]
    schema: str


class Ninjs(_Part, frozen=True, kw_only=True):
    """An article as ninjs 3.1."""

    uri: str
    type: Literal["text"]
    representation_type: Literal["full"]
    version: str
    version_created: str
    content_created: Annotated[str | None, Meta(description="only where it is known to the minute")] = None
    language: str | None = None
    by: str | None = None
    headlines: list[Headline] = []
    bodies: list[Body]
    subjects: list[Subject] = []
    places: list[Place] = []
    info_sources: list[InfoSource]
    associations: list[Association] = []
    alt_ids: list[AltId]
    renditions: list[Rendition] = []
    standard: Standard


def ninjs(article: EnrichedArticle) -> Ninjs:
    """The article as ninjs has it."""
    return Ninjs(
        uri=article_urn(article.id),
        type="text",
        representation_type="full",
        version=str(article.revision.number),
        version_created=made_at(article),
        content_created=moment_of(article.published),
        language=known_language(article.language.code),
        by=article.author,
        headlines=[Headline(role="main", content_type=_PLAIN, value=article.title)] if article.title else [],
        bodies=[_body(article)],
        subjects=[_subject(topic) for topic in article.topics],
        places=[
            Place(name=str(_NAMES.get(country.code, country.code)), rel="about", literal=country.code)
            for country in article.countries
        ],
        info_sources=_sources(article),
        associations=[_association(article.duplicate)] if article.duplicate else [],
        alt_ids=_alt_ids(article),
        renditions=_renditions(article.url),
        standard=Standard(name="ninjs", version="3.1", schema=SCHEMA),
    )


def _body(article: EnrichedArticle) -> Body:
    spaced = article.language.code.partition("-")[0] not in _UNSPACED
    return Body(
        role="main",
        content_type=_PLAIN,
        char_count=len(article.text),
        word_count=len(article.text.split()) if spaced else None,
        value=article.text,
    )


def _subject(topic: Topic) -> Subject:
    return Subject(
        name=topic.name,
        uri=_MEDIA_TOPICS + topic.code.partition(":")[2],
        creator=_CREATOR,
        confidence=round(topic.score * 100),
    )


def _sources(article: EnrichedArticle) -> list[InfoSource]:
    named = [InfoSource(name=other.outlet, role=other.kind) for other in article.attribution]
    return [InfoSource(name=article.source, role="publisher"), *named]


def _association(duplicate: Duplicate) -> Association:
    return Association(name="An article that was known before", uri=article_urn(duplicate.of), rel=duplicate.relation)


def _alt_ids(article: EnrichedArticle) -> list[AltId]:
    group = [AltId(role="group", value=article.duplicate.group)] if article.duplicate else []
    return [AltId(role="revision", value=article.revision.hash), *group]


def _renditions(url: str | None) -> list[Rendition]:
    address = web_address(url)
    return [Rendition(name="web", href=address)] if address and address.isascii() else []
