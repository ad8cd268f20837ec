"""Kafka headers: CloudEvents in binary mode, the W3C trace that came in, and the input that made an output.

See: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote
from uuid import uuid4

from shared.clock import rfc3339, system_clock
from shared.outcomes import Coordinates

Headers = Sequence[tuple[str, bytes]]

RECEIVED = "ce_receivedtime"  # extension attribute: epoch milliseconds at which Kafka got the raw article
INPUT = "khabar_input"  # topic/partition/offset of the input that made this record
TRACE = ("traceparent", "tracestate")


def event_headers(
    *, event_id: str, source: str, event_type: str, time: str, carried: Iterable[tuple[str, bytes]] = ()
) -> list[tuple[str, bytes]]:
    """The attributes that every event carries, then those carried over."""
    return [
        ("content-type", b"application/json"),
        ("ce_specversion", b"1.0"),
        ("ce_id", event_id.encode()),
        ("ce_source", source.encode()),
        ("ce_type", event_type.encode()),
        ("ce_time", time.encode()),
        *carried,
    ]


def raw_headers(article_source: str, *, traceparent: str | None = None) -> list[tuple[str, bytes]]:
    """What a producer of ours sends with a raw article; `ce_source` is the article's source."""
    carried = [("traceparent", traceparent.encode())] if traceparent else []
    return event_headers(
        event_id=str(uuid4()),
        source=quote(article_source, safe="/:"),  # an attribute of CloudEvents that must be a URI reference
        event_type="khabar.raw.v1",
        time=rfc3339(system_clock()),
        carried=carried,
    )


def carried_headers(headers: Headers, received_ms: int, at: Coordinates) -> list[tuple[str, bytes]]:
    """What an output takes over from its input: trace and time of arrival; and where the input stands."""
    return [
        *((name, value) for name, value in headers if name in TRACE),
        (RECEIVED, str(received_ms).encode()),
        (INPUT, f"{at.topic}/{at.partition}/{at.offset}".encode()),
    ]


def received_ms(headers: Headers, default: int) -> int:
    """When the raw article arrived; the default where no earlier stage has noted it."""
    value = _value(headers, RECEIVED)
    return int(value) if value and value.isdigit() and len(value) < 16 else default


def input_coordinates(headers: Headers) -> Coordinates | None:
    """Where the input of this record stands; None where the record was not made by a stage."""
    value = _value(headers, INPUT)
    if value is None:
        return None
    topic, partition, offset = value.decode().rsplit("/", 2)
    return Coordinates(topic, int(partition), int(offset))


def _value(headers: Headers, wanted: str) -> bytes | None:
    return next((value for name, value in headers if name == wanted), None)
