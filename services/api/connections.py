"""uvicorn's HTTP protocol, bounded: how large the head of a request may be, how slowly a request may come, and how
many connections there may be. uvicorn alone waits for ever for a head and for a body, and keeps a head of any size.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, Literal

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.api.problems import MEDIA_TYPE, Problem
from shared.metrics import HTTP_REQUESTS

HEAD_BYTES = 32 << 10  # twice what Node.js takes: an address that filters by an outlet's Arabic name has 9 KB
# Apache's mod_reqtimeout gives 20 s for a head, and for a body 20 s and more as it comes.
HEAD_SECONDS = 20.0
BODY_SECONDS = 20.0
BODY_BYTES_A_SECOND = 16 << 10  # beyond the first 20 s; slower senders push fewer articles at once

_Stage = Literal["head", "body", "whole"]


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._stage: _Stage = "whole"
        self._bytes = 0  # of the stage
        self._due: asyncio.TimerHandle | None = None

    # -- what comes ------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection on which nothing comes is one whose first head does not come."""
        super().connection_made(transport)
        self._begin("head", self.head_seconds)
        # uvicorn looks at this limit only when a head has come whole.
        if self.limit_concurrency is not None and len(self.connections) >= self.limit_concurrency:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections are open; try again later.")

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._begin("whole")
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A head is counted also while the parser still keeps parts of it."""
        if self._stage == "whole" and (self.cycle is None or self.cycle.response_complete):
            self._begin(
                "head", self.head_seconds
            )  # uvicorn's limit on idling ends with the first byte, even a blank line
        if self._stage == "head":
            self._bytes += len(data)
        super().data_received(data)
        if self._stage == "head" and self._bytes > HEAD_BYTES:
            self._refuse_head()

    def on_message_begin(self) -> None:
        """A request begins, perhaps after others on the same connection."""
        super().on_message_begin()
        if self._stage != "head":
            self._begin("head", self.head_seconds)

    def on_headers_complete(self) -> None:
        """The request is passed on, unless its head is too large."""
        if self.transport.is_closing():
            return
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > HEAD_BYTES:
            self._refuse_head()
            return
        self._begin("body", self.body_seconds)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Part of the body."""
        if self._stage == "body":
            self._bytes += len(body)
            super().on_body(body)

    def on_message_complete(self) -> None:
        """From here on uvicorn's own limits hold."""
        if self._stage == "body":
            self._begin("whole")
            super().on_message_complete()

    # -- what does not come ----------------------------------------------------------------------------------------

    def _begin(self, stage: _Stage, seconds: float | None = None) -> None:
        self._stage, self._bytes = stage, 0
        if self._due is not None:
            self._due.cancel()
        self._due = None if seconds is None else self.loop.call_later(seconds, self._look)

    def _look(self) -> None:
        """The time for the stage is over."""
        self._due = None
        if self._stage == "body" and not self.cycle.response_complete and (more := self._more_seconds()):
            self._begin("body", more)
        elif self._stage == "body" and not self.cycle.response_complete:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The request's body came too slowly.")
        elif self._stage == "head" and self._bytes:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The request's head came too slowly.")
        else:
            self.transport.close()

    def _more_seconds(self) -> float:
        """While we do not read, the sender is not to blame; else each second must have brought its part."""
        return self.body_seconds if self.flow.read_paused else self._bytes / BODY_BYTES_A_SECOND

    def _refuse_head(self) -> None:
        self._refuse(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            f"Address and headers are too large: expected {HEAD_BYTES:,} bytes at most.",
        )

    def send_400_response(self, msg: str) -> None:
        """What cannot be parsed is answered as every other error."""
        self._refuse(HTTPStatus.BAD_REQUEST, msg)

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answers, unless the request is being answered already, and ends the connection."""
        self._begin("whole")
        HTTP_REQUESTS.labels("other", "none", str(status.value)).inc()
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            body = msgspec.json.encode(Problem(title=status.phrase, status=status, detail=detail))
            self.transport.write(
                b"HTTP/1.1 %d %s\r\ncontent-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s"
                % (status, status.phrase.encode(), MEDIA_TYPE.encode(), len(body), body)
            )
        self.transport.close()
