"""A reader of server-sent events, as the standard says and no more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson


@dataclass(slots=True)
class Event:
    """One event, and the id that the reader holds after it."""

    name: str
    data: Any
    last_id: str


@dataclass(slots=True)
class EventReader:
    """Reads one stream; `last_id` is what a browser would send as Last-Event-ID."""

    lines: AsyncIterator[str]
    last_id: str = ""
    retry_ms: int = 0
    seen: list[Event] = field(default_factory=list)

    async def next(self) -> Event:
        """The next event that fires."""
        name, data = "message", list[str]()
        async for line in self.lines:
            if not line:
                if data:
                    self.seen.append(Event(name, orjson.loads("\n".join(data)), self.last_id))
                    return self.seen[-1]
                name = "message"
                continue
            key, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if key == "id":
                self.last_id = value
            elif key == "event":
                name = value
            elif key == "data":
                data.append(value)
            elif key == "retry":
                self.retry_ms = int(value)
        raise EOFError("the stream has ended")

    async def articles(self, count: int) -> list[str]:
        """Ids of the next articles."""
        found: list[str] = []
        while len(found) < count:
            event = await self.next()
            if event.name == "message":
                found.append(event.data["id"])
        return found


@asynccontextmanager
async def stream(
    client: httpx.AsyncClient, query: str = "", *, last_id: str | None = None
) -> AsyncIterator[EventReader]:
    """An open stream, once its first bytes have come."""
    headers = {"Last-Event-ID": last_id} if last_id else {}
    async with client.stream("GET", f"/v1/stream{query}", headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        reader = EventReader(response.aiter_lines())
        while not reader.retry_ms:
            line = await anext(reader.lines)
            if line.startswith("retry:"):
                reader.retry_ms = int(line.partition(":")[2])
        yield reader
