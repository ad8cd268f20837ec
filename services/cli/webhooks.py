"""`khabar webhooks …`: who is sent what, what was given up, and new secrets."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

import typer
from rich.table import Table

from services.cache.cursor import MAX_CURSOR_CHARACTERS, START, BadCursorError, Cursor, decode_cursor
from services.cache.facets import Duplicates, Filter
from services.cache.reading import Reader
from services.cli.tables import print_table
from services.webhooks.limits import Limits, Load
from services.webhooks.signing import new_secret
from services.webhooks.subscription import HOUR_MS, NAME, Secret, Subscription
from services.webhooks.subscriptions import Status, Subscriptions
from services.webhooks.targets import BadTargetError, check_url
from shared.clock import rfc3339
from shared.contracts import TopicSlug
from shared.outcomes import CannotStartError, TransientError
from shared.redis import connect
from shared.settings import Settings, load_settings

T = TypeVar("T")
OVERLAP_HOURS = 24.0  # in which receivers can be given the new secret
MAX_OVERLAP_HOURS = 720.0
OLDEST = "0"
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_GROUP = re.compile(r"[0-9a-f]{32}")


class WebhooksError(CannotStartError):
    """What was asked for cannot be done; the text says why."""


Name = Annotated[str, typer.Argument(help="the subscription's name; `khabar webhooks list` shows them")]


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    webhooks = typer.Typer(
        no_args_is_help=True, help="Subscriptions to articles by signed HTTP POST; `khabar serve webhooks` delivers."
    )
    for command in (add, show, remove, rotate, enable, disable, dead, retry, discard):
        webhooks.command("list" if command is show else None)(command)
    app.add_typer(webhooks, name="webhooks")


def add(
    url: Annotated[str, typer.Argument(help="where to send: https://…")],
    name: Annotated[str | None, typer.Option(help="of the subscription; by default the host")] = None,
    language: Annotated[str | None, typer.Option(help="ISO 639 code, as in language.code")] = None,
    topic: Annotated[TopicSlug | None, typer.Option(help="as in topics[].slug")] = None,
    country: Annotated[str | None, typer.Option(help="ISO 3166-1 alpha-2")] = None,
    source: Annotated[str | None, typer.Option(help="the outlet; case, marks and spacing do not matter")] = None,
    group: Annotated[str | None, typer.Option(help="as in duplicate.group")] = None,
    duplicates: Annotated[Duplicates, typer.Option(help="copies, excerpts and extensions")] = "show",
    since: Annotated[
        str | None, typer.Option(help="a cursor to begin after; 0: with the oldest article there is; by default now")
    ] = None,
) -> None:
    """Subscribe an address, and print the secret that its receiver checks signatures with: it is not shown again."""
    settings = load_settings()
    wanted = _filter(language, topic, country, source, group, duplicates)
    _refuse_target(url, settings)
    subscription = Subscription(
        name=_name(name or urlsplit(url).hostname or ""),
        url=url,
        wanted=wanted,
        secrets=(Secret(new_secret()),),
        created_ms=int(time.time() * 1000),
    )

    async def added(subscriptions: Subscriptions, reader: Reader) -> bool:
        begin = await reader.newest() if since is None else _cursor(since)
        return await subscriptions.add(subscription, begin)

    if not _run(added, settings):
        raise WebhooksError(f"there is a subscription {subscription.name} already: choose another --name, or remove it")
    typer.echo(f"{subscription.name} is subscribed; its secret, shown this once:\n{subscription.secrets[0].text}")


def show() -> None:
    """List the subscriptions and how far each has come."""

    async def gathered(subscriptions: Subscriptions, reader: Reader) -> list[tuple[Subscription, Status, str]]:
        newest = await reader.newest()
        found = [(each, await subscriptions.status(each.name)) for each in await subscriptions.all()]
        return [(each, status, _unread(status.cursor, newest)) for each, status in found]

    table = Table("name", "address", "articles", "state", "unread", "pending", "dead", "oldest pending", box=None)
    for subscription, status, unread in _run(gathered):
        oldest = rfc3339(status.oldest_ms / 1000) if status.oldest_ms is not None else ""
        table.add_row(
            subscription.name,
            subscription.url,
            _told(subscription.wanted),
            _state(status),
            unread,
            str(status.pending),
            str(status.dead),
            oldest,
        )
    print_table(table)


def remove(name: Name) -> None:
    """End a subscription, and forget what is pending and what was given up."""
    if not _run(lambda subscriptions, _: subscriptions.remove(name)):
        raise _unknown(name)
    typer.echo(f"{name} is removed")


def rotate(
    name: Name,
    overlap_hours: Annotated[
        float, typer.Option(min=0, max=MAX_OVERLAP_HOURS, help="in which the old secret signs too; 0: it was stolen")
    ] = OVERLAP_HOURS,
) -> None:
    """Give a subscription a new secret, and print it: it is not shown again."""
    secret = new_secret()

    async def rotated(subscriptions: Subscriptions, _: Reader) -> None:
        subscription = await _known(subscriptions, name)
        now = int(time.time() * 1000)
        await subscriptions.replace(subscription.rotated(secret, now, int(overlap_hours * HOUR_MS)))

    _run(rotated)
    typer.echo(f"{name} has a new secret, shown this once; the old one signs for {overlap_hours:g} h more:\n{secret}")


def enable(name: Name) -> None:
    """Let a subscription go on where it stopped: after 410, or `disable`."""

    async def enabled(subscriptions: Subscriptions, _: Reader) -> bool:
        await _known(subscriptions, name)
        return await subscriptions.enable(name)

    typer.echo(f"{name} is enabled" if _run(enabled) else f"{name} was not disabled")


def disable(name: Name) -> None:
    """Send nothing to a subscription for a while; it keeps its place."""

    async def disabled(subscriptions: Subscriptions, _: Reader) -> None:
        await _known(subscriptions, name)
        await subscriptions.disable(name)

    _run(disabled)
    typer.echo(f"{name} is disabled; `khabar webhooks enable {name}` lets it go on where it is")


def dead(name: Annotated[str | None, typer.Argument(help="of one subscription; by default of all")] = None) -> None:
    """List the messages that were given up, with the reason."""
    table = Table("subscription", "message", "tries", "given up", "reason", box=None)

    async def listed(subscriptions: Subscriptions, _: Reader) -> None:
        names = (
            [(await _known(subscriptions, name)).name] if name else [each.name for each in await subscriptions.all()]
        )
        for each in names:
            for letter in await subscriptions.dead(each):
                tries = str(letter.pending.tries) if letter.pending else ""
                table.add_row(each, letter.id, tries, rfc3339(letter.at_ms / 1000), letter.reason)

    _run(listed)
    print_table(table)


def retry(name: Name) -> None:
    """Send again what was given up, and at once what waits for its next try."""

    async def retried(subscriptions: Subscriptions, _: Reader) -> int:
        await _known(subscriptions, name)
        return await subscriptions.retry(name)

    typer.echo(f"messages of {name} that are pending again: {_run(retried)}")


def discard(name: Name) -> None:
    """Forget the messages that were given up."""

    async def discarded(subscriptions: Subscriptions, _: Reader) -> int:
        await _known(subscriptions, name)
        return await subscriptions.discard(name)

    typer.echo(f"messages of {name} that are forgotten: {_run(discarded)}")


def _run(work: Callable[[Subscriptions, Reader], Awaitable[T]], settings: Settings | None = None) -> T:
    settings = settings or load_settings()

    async def connected(settings: Settings) -> T:
        redis = connect(settings)
        try:
            return await work(Subscriptions(redis, settings), Reader(redis, settings))
        finally:
            await redis.aclose()

    try:
        return asyncio.run(connected(settings))
    except TransientError as exc:
        raise WebhooksError(f"{exc}; is KHABAR_REDIS_URL right?") from exc


async def _known(subscriptions: Subscriptions, name: str) -> Subscription:
    if (subscription := await subscriptions.get(name)) is None:
        raise _unknown(name)
    return subscription


def _unknown(name: str) -> WebhooksError:
    return WebhooksError(f"there is no subscription {name}; `khabar webhooks list` shows those there are")


def _name(name: str) -> str:
    if NAME.fullmatch(name.lower()) is None:
        raise WebhooksError(
            f"{name!r} is no name: give --name with letters a to z, digits, dots and hyphens, at most 63"
        )
    return name.lower()


def _refuse_target(url: str, settings: Settings) -> None:
    try:
        check_url(url, settings.webhooks_targets)
    except BadTargetError as exc:
        raise WebhooksError(str(exc)) from exc


def _cursor(text: str) -> Cursor:
    if text == OLDEST:
        return START
    try:
        return decode_cursor(text[: MAX_CURSOR_CHARACTERS + 1])
    except BadCursorError as exc:
        raise WebhooksError(f"--since: {exc}") from exc


def _filter(
    language: str | None,
    topic: str | None,
    country: str | None,
    source: str | None,
    group: str | None,
    duplicates: Duplicates,
) -> Filter:
    for option, value, form, example in (
        ("language", language, _LANGUAGE, "ar"),
        ("country", country, _COUNTRY, "SY"),
        ("group", group, _GROUP, "32 hex digits"),
    ):
        if value is not None and form.fullmatch(value) is None:
            raise WebhooksError(f"--{option} {value!r}: expected something like {example}")
    return Filter(
        language=language, topic=topic, country=country, source=source or None, group=group, duplicates=duplicates
    )


def _told(wanted: Filter) -> str:
    given = {name: getattr(wanted, name) for name in ("language", "topic", "country", "source", "group")}
    told = [f"{name}={value}" for name, value in given.items() if value]
    if wanted.duplicates != "show":
        told.append(f"duplicates={wanted.duplicates}")
    return " ".join(told) or "all"


def _unread(cursor: Cursor, newest: Cursor) -> str:
    """How many revisions arrived after the cursor, whether they are asked for or not, where that can be known."""
    if cursor.epoch and cursor.epoch != newest.epoch:
        return "?"
    return str(max(0, newest.sequence - cursor.sequence))


def _state(status: Status) -> str:
    if status.disabled is not None:
        return f"disabled: {status.disabled}"
    if Limits().room(Load(status.pending, status.dead, status.oldest_ms)) == 0:
        return "no room: its cursor waits"
    return "delivering" if status.delivering else "waits for `khabar serve webhooks`"
