"""`khabar keys create|list|rotate|revoke`: who may use the api."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from services.api.access.key import Key, new_key, read_key
from services.api.access.record import NAME_FORM, KeyRecord, Scope
from services.api.access.store import Held, KeysError, KeyStore
from services.cli.tables import print_table
from shared.outcomes import CannotStartError, TransientError
from shared.redis import connect
from shared.settings import load_settings

T = TypeVar("T")
DAY_SECONDS, HOUR_SECONDS = 86_400, 3_600
GRACE_HOURS = 24.0  # in which a day's deployments reach every holder

Name = Annotated[str, typer.Argument(help="the name that the key was given")]
KeyFile = Annotated[
    Path | None,
    typer.Option(help="write the key there, readable by you alone, instead of printing it"),
]


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    keys = typer.Typer(no_args_is_help=True, help="Make, list, rotate and revoke the api's keys.")

    @keys.command()
    def create(
        name: Annotated[str, typer.Option(help="who or what will hold it: letters, digits, dot, dash, underscore")],
        scope: Annotated[list[Scope], typer.Option(help="what it is for; may be given more than once")],
        expires: Annotated[float | None, typer.Option(help="days until it ends; never, if left out", min=0.001)] = None,
        rate: Annotated[
            int | None, typer.Option(help="requests a minute, 0 without limit; KHABAR_API_RATE, if left out", min=0)
        ] = None,
        file: KeyFile = None,
        replace: Annotated[bool, typer.Option(help="end other keys of that name")] = False,
    ) -> None:
        """Make a key and print it, this once; a key that the file holds already is taken as it is."""
        _check_name(name)
        now = int(time.time())
        record = KeyRecord(
            name=name,
            scopes=tuple(sorted(set(scope))),
            created=now,
            expires=None if expires is None else now + int(expires * DAY_SECONDS),
            rate=rate,
        )
        with _key_for(file) as key:
            made = _run(lambda store: store.create(key, record, replace=replace))
        _give(key, file, f"{_told(record)}{'' if made else '; it was there already'}")

    @keys.command(name="list")
    def list_() -> None:
        """Show every key; the keys themselves are kept nowhere."""
        table = Table("name", "for", "made", "ends", "last used", "requests a minute", box=None)
        now = time.time()
        for held in _run(KeyStore.all):
            table.add_row(*_row(held, now))
        print_table(table)

    @keys.command()
    def rotate(
        name: Name,
        grace: Annotated[float, typer.Option(help="hours for which the old key is still taken", min=0)] = GRACE_HOURS,
        file: KeyFile = None,
    ) -> None:
        """Give the name a new key and print it; the old one is taken for some hours more."""
        if file and file.exists():
            raise KeysError(f"{file} is there already: name a new file, and put it in the old one's place")
        with _key_for(file) as key:
            record = _run(lambda store: store.rotate(name, key, grace_seconds=int(grace * HOUR_SECONDS)))
        _give(key, file, f"{_told(record)}; the old key ends in {grace:g} h")

    @keys.command()
    def revoke(name: Name) -> None:
        """End every key of that name, at once."""
        _run(lambda store: store.revoke(name))
        typer.echo(f"{name} has no key any more")

    app.add_typer(keys, name="keys")


def _check_name(name: str) -> None:
    if not NAME_FORM.fullmatch(name):
        raise KeysError(
            f"{name[:80]!r} is no name for a key: expected 1 to 63 letters, digits, dots, dashes or underscores, the "
            "first a letter or digit"
        )


def _run(work: Callable[[KeyStore], Awaitable[T]]) -> T:
    settings = load_settings()

    async def run() -> T:
        redis = connect(settings)
        try:
            return await work(KeyStore(redis, settings))
        except TransientError as exc:
            raise KeysError(f"the keys are in Redis, which does not answer ({exc}): see KHABAR_REDIS_URL") from exc
        finally:
            await redis.aclose()

    return asyncio.run(run())


@contextmanager
def _key_for(file: Path | None) -> Iterator[Key]:
    """A new key, in the file before it counts, so that it cannot be lost; what the file holds already is taken."""
    if file is None:
        yield new_key()
    elif file.exists():
        yield _key_in(file)
    else:
        key = new_key()
        with open(file, "x", encoding="utf-8", opener=_readable_by_its_owner) as out:
            out.write(f"{key.text}\n")
        try:
            yield key
        except CannotStartError:
            file.unlink()
            raise


def _readable_by_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _key_in(file: Path) -> Key:
    key = read_key(file.read_text("utf-8").strip())
    if key is None:
        raise KeysError(f"{file} holds no key of Khabar's: name another file, or take it away")
    return key


def _give(key: Key, file: Path | None, told: str) -> None:
    """Standard output has the key alone, for whoever takes it into a variable."""
    if file is None:
        typer.echo(key.text)
        typer.echo(f"{told}. It is shown this once: keep it where no one else reads.", err=True)
    else:
        typer.echo(f"{told}: in {file}")


def _told(record: KeyRecord) -> str:
    until = f", until {_moment(record.expires)}" if record.expires else ""
    return f"{record.name}: a key to {', '.join(record.scopes)}{until}"


def _row(held: Held, now: float) -> tuple[str, ...]:
    record = held.record
    ends = (
        f"{'ended' if record.has_ended(now) else ''} {_moment(record.expires)}".strip() if record.expires else "never"
    )
    used = _moment(held.used) if held.used else "never"
    rate = "as set" if record.rate is None else f"{record.rate:,}" if record.rate else "no limit"
    return (record.name, ", ".join(record.scopes), _moment(record.created), ends, used, rate)


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
