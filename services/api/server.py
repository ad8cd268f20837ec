"""uvicorn, with what it lacks: leaving although streams are open, and bounds on what clients can keep open."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
import uvicorn
from litestar.types import ASGIApp

from services.api.connections import BoundedProtocol
from services.api.hub import Hub

GRACE_SECONDS = 2  # for requests that are being answered; open streams are ended at once
KEEP_ALIVE_SECONDS = 30
# Open files of the process: those for Redis, Kafka and logs must be left whoever connects.
FILES, RESERVED_FILES = 65_536, 256
# The kernel gives a connection up whose reader acknowledges nothing for so long, with what is buffered for it.
TCP_USER_TIMEOUT_MS = 30_000
_log = structlog.get_logger(__name__)


class ApiServer:
    """The api on its port. Raises OSError where the port is taken."""

    def __init__(
        self,
        asgi: ASGIApp,
        hub: Hub,
        *,
        host: str,
        port: int,
        proxies: Sequence[str] = (),
        protocol: type[BoundedProtocol] = BoundedProtocol,
        most_connections: int | None = None,
    ) -> None:
        self._socket = _listen(host, port)
        config = uvicorn.Config(
            asgi,
            http=protocol,
            limit_concurrency=most_connections or _most_connections(),
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            # The client's address is the last that no such proxy has: what stands before it the client may have sent.
            proxy_headers=bool(proxies),
            forwarded_allow_ips=list(proxies),
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            lifespan="on",
        )
        self._server = _Server(config, hub)

    @property
    def url(self) -> str:
        """Where it answers, with the port that was free where 0 was asked for."""
        host, port = self._socket.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def run(self) -> None:
        """Serves until SIGTERM, SIGINT or `stop`."""
        _log.info("serving", url=self.url)
        await self._server.serve(sockets=[self._socket])

    @property
    def started(self) -> bool:
        """Whether it answers."""
        return bool(self._server.started)

    def stop(self) -> None:
        """Lets `run` return."""
        self._server.should_exit = True


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.close()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """uvicorn would raise the signal again when it has left, and so end the process before it has cleaned up."""
        loop = asyncio.get_running_loop()
        signals = (signal.SIGTERM, signal.SIGINT)
        for number in signals:
            loop.add_signal_handler(number, self._leave, number)
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)

    def _leave(self, number: Any) -> None:
        self.handle_exit(number, None)


def _most_connections() -> int:
    """As many as the process may have files, once it has taken what the system lets it take."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return max(soft, files) - RESERVED_FILES


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, or asyncio leaves Nagle on: 40 ms for each answer on a connection that was used before.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_USER_TIMEOUT_MS)
    listening.bind((host, port))
    return listening
