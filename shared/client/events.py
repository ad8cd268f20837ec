"""Reads server-sent events. See: https://html.spec.whatwg.org/multipage/server-sent-events.html"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """What one block of the stream says; `data` is empty where it only moves the cursor or sets `retry_ms`."""

    name: str
    data: bytes
    id: str | None
    retry_ms: int | None


def events(chunks: Iterable[bytes]) -> Iterator[Event]:
    """The blocks in the bytes, each once it is whole."""
    name, data, last_id, retry = "message", list[bytes](), None, None
    for line in _lines(chunks):
        if not line:
            yield Event(name, b"\n".join(data), last_id, retry)
            name, data, last_id, retry = "message", [], None, None
            continue
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match field:
            case b"event":
                name = value.decode()
            case b"data":
                data.append(value)
            case b"id":
                last_id = value.decode()
            case b"retry" if value.isdigit():
                retry = int(value)
            case _:
                pass  # a comment, or a field of a later standard


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut at line feeds alone, which is what the api writes: JSON may hold the other ends of lines that Unicode has."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line.removesuffix(b"\r") for line in whole)
