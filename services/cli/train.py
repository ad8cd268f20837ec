"""`khabar train WHAT --data DIR`: makes the weights anew."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
