"""`khabar explain ID`: why an article is a copy, an excerpt, an extension, or new."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from services.cli.tables import print_table
from shared.outcomes import CannotStartError, TransientError
from shared.settings import Settings, load_settings

if TYPE_CHECKING:
    from services.deduplicator.account import Account

ID_DIGITS = 32


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def explain(
        article: Annotated[str, typer.Argument(help="its id, 32 hex digits", metavar="ID")],
        revision: Annotated[int | None, typer.Option(min=1, help="by default the newest")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="as the api answers it")] = False,
    ) -> None:
        """Say why an article was judged as it was: candidates, what they share, thresholds, who was first."""
        account = asyncio.run(_account(load_settings(), article.lower(), revision))
        if as_json:
            sys.stdout.buffer.write(msgspec.json.encode(account) + b"\n")
        else:
            _print(account)


async def _account(settings: Settings, article: str, revision: int | None) -> Account:
    from services.cache.reading import Reader  # these load what no other command needs
    from services.deduplicator.account import account_of
    from services.deduplicator.redis_index import index_of
    from shared.redis import connect

    if len(article) != ID_DIGITS or set(article) - set("0123456789abcdef"):
        raise CannotStartError(f"{article[:100]!r} is no article id; expected {ID_DIGITS} hex digits")
    redis = connect(settings)
    try:
        account = await account_of(Reader(redis, settings), index_of(redis, settings), article, revision)
    except TransientError as exc:
        raise CannotStartError(f"{exc}; KHABAR_REDIS_URL says which Redis is asked") from exc
    finally:
        await redis.aclose()
    if account is None:
        which = "article" if revision is None else f"revision {revision} of article"
        raise CannotStartError(f"the cache holds no {which} {article}; it may have passed its retention")
    return account


def _print(account: Account) -> None:
    typer.echo(f"{account.title} ({account.source}), revision {account.revision}\n")
    typer.echo(f"{account.said}\n{account.index}\n")
    typer.echo(
        f"group {account.group}; {account.words} words, {account.keys} keys, window {account.window_days} days\n"
    )
    print_table(_candidates(account))
    if account.members:
        typer.echo("\nWho was first:")
        print_table(_members(account))
    typer.echo("\nThresholds:")
    for threshold in account.thresholds:
        typer.echo(f"  {threshold.value:g}  {threshold.what}")


def _candidates(account: Account) -> Table:
    table = Table("candidate", "source", "shared keys", "verdict", box=None)
    for one in account.candidates:
        table.add_row(one.id, Text(one.source or ""), str(one.shared_keys), one.sentence)
    return table


def _members(account: Account) -> Table:
    table = Table("article", "source", "published", "relation", "before the next one because", box=None)
    for member in account.members:
        relation = member.relation or "new"
        table.add_row(member.id, Text(member.source), member.published_at, relation, member.because)
    return table
