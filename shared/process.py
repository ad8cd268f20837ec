"""What every service process does alike: answers probes, says that its loop runs, and leaves in time when asked."""

from __future__ import annotations

import asyncio
import os
import signal
import threading

import structlog

from shared.health import HEARTBEAT_SECONDS, Health, HealthServer
from shared.settings import Settings

log = structlog.get_logger(__name__)

STOP_SECONDS = 9.0  # after SIGTERM; what is not finished then is done again by the next owner, exactly once
EXIT_TOO_SLOW = 70


def serve_health(service: str, settings: Settings) -> Health:
    """A health state whose probes are answered from now on. Raises OSError where the port is taken."""
    health = Health(service)
    server = HealthServer(health, settings.health_host, settings.health_port)
    log.info("probes", address=f"http://{settings.health_host}:{server.port}", paths=["/live", "/ready", "/metrics"])
    return health


async def beat(health: Health) -> None:
    """Says every second that the event loop runs."""
    while True:
        health.beat()
        await asyncio.sleep(HEARTBEAT_SECONDS)


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set; the process is ended if it has not left in time."""
    stop = asyncio.Event()

    def asked(name: str) -> None:
        if stop.is_set():
            return
        log.info("stopping", signal=name, within_seconds=STOP_SECONDS)
        stop.set()
        deadline = threading.Timer(STOP_SECONDS, _leave_at_once)
        deadline.daemon = True
        deadline.start()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked, signal.Signals(number).name)
    return stop


def _leave_at_once() -> None:
    # aiokafka waits for ever for a broker that is gone; what is open is aborted when the partition's next owner starts.
    os._exit(EXIT_TOO_SLOW)
