"""The topic table: topic creation, the README, the AsyncAPI document and the tests are all made from it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from shared.contracts import ClassifiedArticle, DeadLetter, EnrichedArticle, NormalizedArticle, RawArticle

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Topic:
    """One Kafka topic: its name, its contract, the largest record (bytes) it takes, and what its key is."""

    name: str
    contract: type[msgspec.Struct]
    max_record_bytes: int
    key: str

    @property
    def event_type(self) -> str:
        """The CloudEvents type: the contract's name and version."""
        return f"khabar.{self.name.partition('.')[2]}.v1"


@dataclass(frozen=True, slots=True)
class Stage:
    """One service: what it reads, does and writes; `keeps_key`: outputs stay in the partition of their input."""

    name: str
    reads: Topic | None
    does: str
    writes: Topic | None
    keeps_key: bool = True


# A page of HTML seldom passes 1 MiB. Each later topic takes what the one before it can grow to: JSON escapes that
# a producer wrote shrink, evidence and `removed` repeat some lines; base64 in a dead letter adds a third.
RAW = Topic("articles.raw", RawArticle, 4 * MEBIBYTE, "canonical url, else external id, else none")
NORMALIZED = Topic("articles.normalized", NormalizedArticle, 6 * MEBIBYTE, "article id")
CLASSIFIED = Topic("articles.classified", ClassifiedArticle, 6 * MEBIBYTE, "article id")
ENRICHED = Topic("articles.enriched", EnrichedArticle, 6 * MEBIBYTE, "article id")
DEAD = Topic("articles.dead", DeadLetter, 10 * MEBIBYTE, "key of the input")

TOPICS = (RAW, NORMALIZED, CLASSIFIED, ENRICHED, DEAD)

NORMALIZER = Stage(
    "normalizer",
    RAW,
    "validates; HTML to text, clean Unicode, attribution, boilerplate, dates, language, identity",
    NORMALIZED,
    keeps_key=False,
)
CLASSIFIER = Stage("classifier", NORMALIZED, "topics (IPTC Media Topics) and countries", CLASSIFIED)
DEDUPLICATOR = Stage("deduplicator", CLASSIFIED, "copies, excerpts, extensions, revisions, who was first", ENRICHED)
CACHE = Stage("cache", ENRICHED, "materialises articles and their index in Redis", None)

AGENTS = (NORMALIZER, CLASSIFIER, DEDUPLICATOR, CACHE)


def topic_named(name: str) -> Topic:
    """The topic of that name. Raises KeyError with the names that there are."""
    for topic in TOPICS:
        if topic.name == name:
            return topic
    raise KeyError(f"no topic {name!r}; there are {', '.join(t.name for t in TOPICS)}")
