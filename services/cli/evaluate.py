"""`khabar evaluate WHAT FILE`: how good a stage is on labelled data."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
