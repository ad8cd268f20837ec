"""When an article was published: the best evidence that can be believed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.normalizer.dates import DateReading, read_date
from shared.clock import rfc3339
from shared.contracts import Published
from shared.contracts.articles import DateMethod

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""News on the web is not older: what says so is an epoch of zero or a misreading."""
FUTURE = timedelta(days=1)
"""How far ahead of the fetch a date may lie, for zones that were left out."""


@dataclass(frozen=True, slots=True)
class DateEvidence:
    """A notation, and where it stood."""

    method: DateMethod
    raw: str


def is_believable(reading: DateReading, fetched: datetime) -> bool:
    """Whether a reading lies between 1990 and a day after the fetch."""
    return EARLIEST <= reading.at <= fetched + FUTURE


def as_published(reading: DateReading, evidence: DateEvidence) -> Published:
    """The reading as the contract says it."""
    return Published(
        at=rfc3339(reading.at.timestamp()), precision=reading.precision, method=evidence.method, raw=evidence.raw
    )


def published(evidence: Iterable[DateEvidence], *, language: str | None, fetched: datetime, zone: int = 0) -> Published:
    """The first evidence that can be read and believed, else the fetch.

    Where the fetch stands in for a notation that was not believed, that notation stays in `raw`.
    """
    refused: str | None = None
    for piece in evidence:
        reading = read_date(piece.raw, language=language, now=fetched, zone=zone)
        if reading is not None and is_believable(reading, fetched):
            return as_published(reading, piece)
        if refused is None and piece.method in {"producer", "html"}:
            refused = piece.raw
    return Published(at=rfc3339(fetched.timestamp()), precision="second", method="fetched", raw=refused)
