"""Tables for a terminal of any width, and for a pipe, where nothing may be cut."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

PIPE_COLUMNS = 240


def print_table(table: Table) -> None:
    """Wraps cells on a terminal; elsewhere each row is one whole line."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPE_COLUMNS)
    console.print(table)
