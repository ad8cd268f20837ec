"""`khabar serve SERVICE`: one service as one process."""

from __future__ import annotations

import asyncio
import importlib
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


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def serve(service: Annotated[Service, typer.Argument(help="which one")]) -> None:
        """Run one service until SIGTERM; settings are KHABAR_... variables (`khabar settings` lists them)."""
        settings = load_settings()
        configure_logs(settings, service.value)
        raise typer.Exit(uvloop.run(_serve(service.value, settings)))


async def _serve(service: str, settings: Settings) -> int:
    try:
        health = serve_health(service, settings)
    except OSError as exc:
        raise SettingsError(
            f"{settings.health_host}:{settings.health_port} cannot be listened on ({exc.strerror}): "
            "set KHABAR_HEALTH_PORT to a free port, or to 0"
        ) from exc
    module = importlib.import_module(f"services.{service}.app")  # a service loads its own models alone
    status: int = await module.serve(settings, health)
    await asyncio.sleep(0)
    return status
