"""`/live`, `/ready` and `/metrics`, answered by a thread of its own, so that a blocked event loop cannot hide."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from shared.metrics import READY, REGISTRY

HEARTBEAT_SECONDS = 1.0  # how often the loop must say that it runs
BLOCKED_SECONDS = 30.0  # a loop silent for longer is blocked: the longest honest batch takes a few seconds
STUCK_SECONDS = 120.0  # a batch in hand for longer, while nothing it needs is away, is stuck

Monotonic = Callable[[], float]


@dataclass(slots=True)
class Health:
    """What a process knows of itself. Written by the event loop, read by the probes' thread."""

    service: str
    monotonic: Monotonic = time.monotonic
    beat_at: float | None = None
    batch_since: float | None = None
    died: str | None = None
    waits_for: dict[str, str] = field(default_factory=lambda: {"start": "not started yet"})

    def beat(self) -> None:
        """The loop runs."""
        self.beat_at = self.monotonic()

    def waiting(self, what: str, why: str) -> None:
        """Something is needed and not there: not ready, but alive."""
        self.waits_for = {**self.waits_for, what: why}

    def have(self, what: str) -> None:
        """It is there."""
        self.waits_for = {name: why for name, why in self.waits_for.items() if name != what}

    def not_live(self) -> list[str]:
        """Why a restart would help; empty when live."""
        now = self.monotonic()
        reasons = [f"the agent has died: {self.died}"] if self.died else []
        if self.beat_at is not None and now - self.beat_at > BLOCKED_SECONDS:
            reasons.append(f"the event loop has been blocked for {now - self.beat_at:.0f} s")
        if self.batch_since is not None and not self.waits_for and now - self.batch_since > STUCK_SECONDS:
            reasons.append(f"one batch has been in hand for {now - self.batch_since:.0f} s")
        return reasons

    def not_ready(self) -> list[str]:
        """Why it does not do its work now; empty when ready."""
        return self.not_live() + [f"{what}: {why}" for what, why in self.waits_for.items()]


class HealthServer:
    """Serves the probes and the metrics of one process until it is closed."""

    def __init__(self, health: Health, host: str, port: int) -> None:
        """Binds at once. Raises OSError where the port is taken."""
        self._health = health
        READY.labels(health.service).set_function(lambda: float(not health.not_ready()))
        self._server = ThreadingHTTPServer((host, port), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, name="health", daemon=True).start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stops answering."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        health = self._health

        class Handler(BaseHTTPRequestHandler):
            timeout = 10  # seconds a probe may take to send its request

            def do_GET(self) -> None:
                match self.path.partition("?")[0]:
                    case "/live":
                        self._answer_reasons("live", health.not_live())
                    case "/ready":
                        self._answer_reasons("ready", health.not_ready())
                    case "/metrics":
                        self._answer(200, CONTENT_TYPE_PLAIN_0_0_4, generate_latest(REGISTRY))
                    case _:
                        self._answer(404, "text/plain; charset=utf-8", b"there are /live, /ready and /metrics\n")

            def _answer_reasons(self, question: str, reasons: list[str]) -> None:
                body = orjson.dumps({"service": health.service, question: not reasons, "reasons": reasons})
                self._answer(503 if reasons else 200, "application/json", body + b"\n")

            def _answer(self, status: int, content_type: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass  # probes are no news

        return Handler
