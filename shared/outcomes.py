"""What a stage says of each input: publish, dead letter or unchanged; and the two words for failure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Reason(StrEnum):
    """Why an input became a dead letter; the label of `khabar_dead_letters_total`."""

    INVALID_JSON = "invalid_json"  # not UTF-8, not JSON, or nested too deep
    INVALID_ARTICLE = "invalid_article"  # JSON, but not the contract's fields and types
    NO_CONTENT = "no_content"  # nothing is left, or nothing was found in the page, that a person could read
    TOO_LARGE = "too_large"  # the outcome does not fit its topic
    FAILED = "failed"  # the stage itself failed on this input: a defect of Khabar's


class PoisonError(Exception):
    """The input cannot be processed, now or later: it goes to the dead letters and is never retried."""

    def __init__(self, reason: Reason, error: str) -> None:
        super().__init__(error)
        self.reason = reason
        self.error = error


class TransientError(Exception):
    """Something that the stage needs is away: the batch waits, with backoff, and is tried again."""


class CannotStartError(Exception):
    """Something that a person must mend first; the text is one sentence that says what."""


@dataclass(frozen=True, slots=True)
class Publish(Generic[T]):
    """The stage's output for this input."""

    article: T


@dataclass(frozen=True, slots=True)
class Poison:
    """The input goes to the dead letters."""

    reason: Reason
    error: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The same content of the same article was published before: nothing is published."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The stage's effect is outside Kafka, and done."""


Outcome = Publish[T] | Applied | Poison | Unchanged


@dataclass(frozen=True, slots=True, order=True)
class Coordinates:
    """Where an input stands in Kafka; `khabar enrich` counts lines as offsets of topic `-`, partition 0."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Received(Generic[T_co]):
    """One decoded input of a stage, with where it stands and when (epoch milliseconds) its producer sent it."""

    article: T_co
    at: Coordinates
    sent_ms: int
