"""`khabar serve SERVICE`: one service as one process."""

from __future__ import annotations

import errno
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated

import typer
import uvloop

from shared.logs import configure_logs
from shared.process import serve_health
from shared.settings import Settings, SettingsError, load_settings


class Service(StrEnum):
    """What can be served."""

    NORMALIZER = "normalizer"
    CLASSIFIER = "classifier"
    DEDUPLICATOR = "deduplicator"
    CACHE = "cache"
    API = "api"
    WEBHOOKS = "webhooks"


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def serve(service: Annotated[Service, typer.Argument(help="which one")]) -> None:
        """Run one service until SIGTERM; settings are KHABAR_... variables (`khabar settings` lists them)."""
        settings = load_settings()
        configure_logs(settings, service.value)
        raise typer.Exit(uvloop.run(_serve(service.value, settings)))


async def _serve(service: str, settings: Settings) -> int:
    with _taken_port("KHABAR_HEALTH_PORT", settings.health_host, settings.health_port):
        health = serve_health(service, settings)
    module = importlib.import_module(f"services.{service}.app")  # a service loads its own models alone
    with _taken_port("KHABAR_API_PORT", settings.api_host, settings.api_port):
        status: int = await module.serve(settings, health)
    return status


@contextmanager
def _taken_port(variable: str, host: str, port: int) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        if exc.errno not in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
            raise
        told = f"{host}:{port} cannot be listened on ({exc.strerror})"
        raise SettingsError(f"{told}: set {variable} to a free port, or to 0") from exc
