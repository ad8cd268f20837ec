"""The `khabar` command: one module per group of commands, put together here."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from services.cli import (
    enrich,
    evaluate,
    explain,
    keys,
    push,
    rebuild,
    remove,
    serve,
    show,
    tail,
    topics,
    train,
    webhooks,
)
from shared.outcomes import CannotStartError

app = typer.Typer(
    name="khabar",
    help="A stream of news, from raw to enriched: run its services, push articles, read topics.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in (serve, push, enrich, tail, topics, rebuild, remove, keys, webhooks, show, explain, evaluate, train):
    module.register(app)


def main() -> None:
    """Runs a command; what a person can mend is said in one sentence, with exit status 2."""
    try:
        app()
    except CannotStartError as exc:
        Console(stderr=True).print(f"khabar: {exc}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
