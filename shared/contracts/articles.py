"""The articles as they move from topic to topic: field names here are what consumers read, and are fixed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

ArticleId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$", description="identity of the article: 32 hex digits")]
RevisionHash = Annotated[str, Meta(pattern="^[0-9a-f]{16}$", description="hash of title and text: 16 hex digits")]
Timestamp = Annotated[str, Meta(description="RFC 3339 in UTC, ending in Z")]
Share = Annotated[float, Meta(ge=0, le=1)]

Precision = Literal["second", "minute", "hour", "day", "month", "year"]
DateMethod = Literal["producer", "html", "attribution", "text", "fetched"]
Direction = Literal["ltr", "rtl"]
RemovedKind = Literal["byline", "credit", "notice", "category", "promo", "repeat", "boilerplate"]
AttributionKind = Literal["syndication", "agency", "quote"]
Relation = Literal["copy", "excerpt", "extension"]
TopicSlug = Literal[
    "ace",
    "clj",
    "dai",
    "ebf",
    "edu",
    "env",
    "hea",
    "hum",
    "lab",
    "lif",
    "pol",
    "rel",
    "sci",
    "soc",
    "spo",
    "cwp",
    "wea",
]


class RawArticle(Struct, frozen=True, kw_only=True):
    """What a producer pushes to `articles.raw`: `source`, and one of `text` and `html`."""

    source: Annotated[str, Meta(min_length=1, max_length=500, description="the outlet or feed it came from")]
    text: str | None = None
    html: str | None = None
    url: Annotated[str, Meta(max_length=8000)] | None = None
    external_id: Annotated[str, Meta(max_length=2000)] | None = None
    title: str | None = None
    author: str | None = None
    published_at: Annotated[str, Meta(max_length=1000, description="any notation; kept as text")] | None = None
    fetched_at: Annotated[str, Meta(max_length=100, description="ISO 8601")] | None = None
    language: Annotated[str, Meta(max_length=100, description="a hint, not the truth")] | None = None
    tags: list[str] = []
    metadata: dict[str, str] = {}
    extra: Annotated[dict[str, Any], Meta(description="every field that this contract does not know")] = {}


class Removed(Struct, frozen=True, kw_only=True):
    """A line of the raw text that is not the story."""

    kind: RemovedKind
    text: str
    line: Annotated[int, Meta(ge=1, description="line number in the raw text")]


class Language(Struct, frozen=True, kw_only=True):
    """The language that the article is written in."""

    code: Annotated[str, Meta(description="ISO 639, or und where it is not known")]
    confidence: Share
    direction: Direction


class Published(Struct, frozen=True, kw_only=True):
    """When the article was published, how exactly that is known, and from what it was read."""

    at: Timestamp
    precision: Precision
    method: DateMethod
    raw: Annotated[str | None, Meta(description="the notation it was read from")] = None


class Attribution(Struct, frozen=True, kw_only=True):
    """Another medium that the text itself names as where it comes from."""

    kind: AttributionKind
    outlet: str
    title: str | None = None
    published: Published | None = None
    evidence: Annotated[str, Meta(description="the sentence it was read from")]


class Topic(Struct, frozen=True, kw_only=True):
    """An IPTC Media Topic of the top level."""

    code: Annotated[str, Meta(pattern="^medtop:[0-9]{8}$")]
    slug: TopicSlug
    name: str
    score: Annotated[Share, Meta(description="the probability that it is a topic of the article")]


class Country(Struct, frozen=True, kw_only=True):
    """A country that the article is about."""

    code: Annotated[str, Meta(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
    score: Share
    mentions: Annotated[int, Meta(ge=0)]


class Duplicate(Struct, frozen=True, kw_only=True):
    """How the article relates to one that was known before it."""

    relation: Relation
    of: ArticleId
    group: ArticleId
    containment: Annotated[Share, Meta(description="the share of the other that is found here")]
    contained: Annotated[Share, Meta(description="the share of this one that is found in the other")]
    method: str
    joined: Annotated[
        list[ArticleId],
        Meta(description="groups that this copy of both shows to be one with `group`: part of it from now on"),
    ] = []


class Revision(Struct, frozen=True, kw_only=True):
    """Which version of the article this is."""

    number: Annotated[int, Meta(ge=1)]
    hash: RevisionHash
    previous: Annotated[RevisionHash | None, Meta(description="hash of the version before it")] = None
    changed: Annotated[list[str], Meta(description="names of the fields that differ from the version before it")] = []


class Pipeline(Struct, frozen=True, kw_only=True):
    """Which version of Khabar handled the article, and when."""

    version: str
    normalized_at: Timestamp
    classified_at: Timestamp | None = None
    enriched_at: Timestamp | None = None


class _Cleaned(Struct, frozen=True, kw_only=True):
    id: ArticleId
    source: str
    url: str | None
    title: str
    text: Annotated[str, Meta(description="the story alone, a paragraph a line")]
    removed: list[Removed]
    author: str | None
    tags: list[str]
    language: Language
    published: Published
    fetched_at: Timestamp
    attribution: list[Attribution]
    metadata: dict[str, str]
    extra: dict[str, Any]
    pipeline: Pipeline


class NormalizedArticle(_Cleaned, frozen=True, kw_only=True):
    """A clean, dated, attributed article with its identity: `articles.normalized`."""

    schema: Literal["khabar.normalized.v1"] = "khabar.normalized.v1"
    revision_hash: RevisionHash


class ClassifiedArticle(_Cleaned, frozen=True, kw_only=True):
    """A normalized article with its topics and countries: `articles.classified`."""

    schema: Literal["khabar.classified.v1"] = "khabar.classified.v1"
    revision_hash: RevisionHash
    topics: Annotated[list[Topic], Meta(description="best first; empty where the classifier abstains")]
    countries: Annotated[list[Country], Meta(description="best first")]


class EnrichedArticle(_Cleaned, frozen=True, kw_only=True):
    """The finished event that consumers read: `articles.enriched`."""

    schema: Literal["khabar.enriched.v1"] = "khabar.enriched.v1"
    revision: Revision
    topics: Annotated[list[Topic], Meta(description="best first; empty where the classifier abstains")]
    countries: Annotated[list[Country], Meta(description="best first")]
    duplicate: Annotated[Duplicate | None, Meta(description="null for what is new")] = None


class DeadLetter(Struct, frozen=True, kw_only=True):
    """An input that could not be processed, whole, with the reason: `articles.dead`."""

    schema: Literal["khabar.dead.v1"] = "khabar.dead.v1"
    stage: str
    reason: str
    error: Annotated[str, Meta(description="what was wrong, where, and what is expected")]
    topic: str
    partition: Annotated[int, Meta(ge=0)]
    offset: Annotated[int, Meta(ge=0)]
    time: Timestamp
    key: Annotated[str | None, Meta(description="the original key, base64")] = None
    value: Annotated[str, Meta(description="the original bytes, base64")]
    headers: Annotated[list[tuple[str, str]], Meta(description="the original headers: name, base64 value")] = field(
        default_factory=list
    )
