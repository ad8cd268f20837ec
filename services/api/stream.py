"""`GET /v1/stream`: server-sent events from a cursor on, without a gap between what was and what comes."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Annotated

from litestar import Request, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Receive, Scope, Send

from services.api.access.admission import NOTHING
from services.api.access.guard import caller_of
from services.api.access.lasting import while_admitted
from services.api.examples import stream_example
from services.api.frames import heartbeat_frame, item_frame, opening_frame, resumed_frame
from services.api.hub import CHUNK_BYTES, Hub
from services.api.openapi import ApiOperation
from services.api.parameters import CURSOR_FORMAT, CURSOR_PATTERN, FILTER_NAMES, Since, cursor_of
from services.api.problems import ProblemError, documented
from services.cache.cursor import MAX_CURSOR_CHARACTERS, Cursor
from services.cache.facets import Filter
from services.cache.reading import Page, Reader
from shared.metrics import STREAM_READERS
from shared.outcomes import TransientError

HEARTBEAT_SECONDS = 15.0  # WHATWG: a comment about every 15 s keeps proxies from closing the stream
RETRY_MS = (2_000, 6_000)  # spread, so that readers do not all come back at once after a restart
REPLAY_ARTICLES = 100  # read from Redis at once
MAX_READERS = 2_000  # of one process: 22 KB each were measured
AWAY_SECONDS = 1.0

_HEADERS = {
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",  # nginx would hold frames back
}


class Subscription:
    """One open stream: from its cursor to the newest, then on."""

    def __init__(self, hub: Hub, reader: Reader, wanted: Filter, place: Cursor) -> None:
        self._hub, self._reader, self._wanted, self._place = hub, reader, wanted, place
        self._sent = time.monotonic()
        self._away = False

    async def frames(self) -> AsyncGenerator[bytes, None]:
        """Bytes to send; ends when the process leaves."""
        STREAM_READERS.inc()
        self._hub.readers += 1
        try:
            yield opening_frame(random.randint(*RETRY_MS))
            while not self._hub.closing:
                change = self._hub.change
                chunks, more = await self._next()
                for chunk in chunks:
                    self._sent = time.monotonic()
                    yield chunk
                    # uvicorn's send returns at once when the client has left: without this a backlog would be sent
                    # to nobody, and the process would answer nobody else.
                    await asyncio.sleep(0)
                if not more and not await self._wait(change):
                    self._sent = time.monotonic()
                    yield heartbeat_frame(self._place)
        finally:
            self._hub.readers -= 1
            STREAM_READERS.dec()

    async def _next(self) -> tuple[list[bytes], bool]:
        """What to send now, and whether there may be more at once."""
        if self._hub.holds(self._place):
            before, chunk = self._place, self._hub.after(self._place, self._wanted)
            self._place = chunk.reached
            return [chunk.frames] if chunk.frames else [], chunk.reached != before
        try:
            page = await self._reader.page(
                self._wanted,
                order="arrival",
                cursor=self._place,
                limit=REPLAY_ARTICLES,
                revisions="all",
                removals=True,
            )
        except TransientError:
            self._away = True
            return [], False
        self._away, self._place = False, page.reached
        return _chunks(page), not page.complete or self._hub.holds(self._place)

    async def _wait(self, change: asyncio.Event) -> bool:
        """Whether something changed, or Redis may be back, before a heartbeat was due."""
        left = self._left()
        try:
            async with asyncio.timeout(min(left, AWAY_SECONDS) if self._away else left):
                await change.wait()
        except TimeoutError:
            return self._left() > 0
        return True

    def _left(self) -> float:
        return max(0.0, self._sent + HEARTBEAT_SECONDS - time.monotonic())


class EventStream(ASGIStreamingResponse):
    """Server-sent events from a generator, which is closed with the connection, not when it is collected."""

    def __init__(self, frames: AsyncGenerator[bytes, None], end: Callable[[], None]) -> None:
        super().__init__(iterator=frames, media_type="text/event-stream", headers=_HEADERS)
        self._frames, self._end = frames, end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends until either side ends it, and tells so."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._end()

    async def send_body(self, send: Send, receive: Receive) -> None:
        async with aclosing(self._frames):
            await super().send_body(send, receive)


def _chunks(page: Page) -> list[bytes]:
    """Frames, together as far as one send may grow."""
    chunks = [resumed_frame()] if page.resumed else [b""]
    for frame in map(item_frame, page.items):
        if len(chunks[-1]) + len(frame) > CHUNK_BYTES:
            chunks.append(frame)
        else:
            chunks[-1] += frame
    return [chunk for chunk in chunks if chunk]


@get(
    "/v1/stream",
    summary="Articles as they arrive",
    description=(
        "Server-sent events, in order of arrival. Each `message` is an article, with its cursor as id; a reader that "
        "comes back with Last-Event-ID (browsers do by themselves) or `since` misses nothing. Without either, the "
        "stream begins now. `removed` tells that the article of that `id` was taken back. `resumed` tells that the "
        "index was rebuilt meanwhile and some articles may come again. "
        "Every 15 seconds without an article a comment and the cursor come instead. A reader that takes nothing for "
        "20 seconds is cut off."
    ),
    tags=["Reading"],
    opt={"parameters": FILTER_NAMES | {"since"}},
    operation_class=ApiOperation,
    media_type="text/event-stream",
    responses={
        200: ResponseSpec(
            str,
            description="server-sent events",
            media_type="text/event-stream",
            generate_examples=False,
            examples=[stream_example()],
        ),
        **documented(400, 503),
    },
)
async def stream_articles(
    request: Request[object, object, State],
    state: State,
    wanted: NamedDependency[Filter],
    since: Since = None,
    last_event_id: Annotated[
        str | None,
        HeaderParameter(
            name="Last-Event-ID",
            description="wins over `since`",
            required=False,
            max_length=MAX_CURSOR_CHARACTERS,
            schema_extra={"pattern": f"^$|{CURSOR_PATTERN}", "format": CURSOR_FORMAT},
        ),
    ] = None,
) -> EventStream:
    hub: Hub = state.hub
    reader: Reader = state.reader
    if hub.readers >= MAX_READERS:
        raise ProblemError(
            503, f"{MAX_READERS:,} streams are open already; try again later.", headers={"Retry-After": "30"}
        )
    place = cursor_of("Last-Event-ID", last_event_id or None) or cursor_of("since", since)
    subscription = Subscription(hub, reader, wanted, await reader.newest() if place is None else place)
    caller, streams = caller_of(request.scope), state.open_streams
    end, frames = streams.begin(caller), subscription.frames()
    if caller and caller.credential != NOTHING:
        frames = while_admitted(frames, state.admissions, caller.credential)
    return EventStream(frames, end)
