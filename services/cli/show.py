"""`khabar schema`, `khabar settings`, `khabar version`: what this installation speaks and takes."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import orjson
import typer
from rich.table import Table

from services.cli.tables import print_table
from shared import __version__
from shared.contracts.asyncapi import asyncapi_document
from shared.contracts.schemas import json_schema
from shared.settings import PREFIX, Settings, load_settings


class SchemaName(StrEnum):
    """The documents; a test keeps them equal to the contracts."""

    RAW = "raw"
    NORMALIZED = "normalized"
    CLASSIFIED = "classified"
    ENRICHED = "enriched"
    DEAD = "dead"
    ASYNCAPI = "asyncapi"


def register(app: typer.Typer) -> None:
    """Adds the commands."""

    @app.command()
    def schema(name: Annotated[SchemaName, typer.Argument(help="which document")]) -> None:
        """Print the JSON Schema of a contract, or the AsyncAPI document."""
        document = asyncapi_document() if name == "asyncapi" else json_schema(name.value)
        sys.stdout.buffer.write(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")

    @app.command()
    def version() -> None:
        """Print the version."""
        typer.echo(f"khabar {__version__}")

    @app.command()
    def settings() -> None:
        """List every setting, its value here and what it means."""
        table = Table("variable", "value", "meaning", box=None)
        now = load_settings()
        for name, field in Settings.model_fields.items():
            value = getattr(now, name)
            table.add_row(PREFIX + name.upper(), "" if value is None else str(value), field.description or "")
        print_table(table)
