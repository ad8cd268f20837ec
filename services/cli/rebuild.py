"""`khabar rebuild cache`: the cache's index anew, from Kafka, while readers go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated

import typer

from services.cache.events import Event, event_of
from services.cache.rebuilding import Rebuild, Rebuilt
from shared.outcomes import CannotStartError, Received, TransientError
from shared.redis import connect
from shared.settings import Settings, load_settings
from shared.stream.merged import MergedTopic
from shared.stream.recovery import received_of
from shared.stream.topic_admin import TopicsError, topic_states
from shared.topics import ENRICHED


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    rebuild = typer.Typer(no_args_is_help=True, help="Fill anew what is kept in Redis, from Kafka.")

    @rebuild.callback()
    def group() -> None:
        """Keeps the name of what is rebuilt, while there is one thing only."""

    @rebuild.command()
    def cache(
        accept_loss: Annotated[
            bool, typer.Option(help="serve the new index even if Kafka lacks most of what is served now")
        ] = False,
    ) -> None:
        """Build the cache's index anew from articles.enriched, beside the one that is served, then serve it instead."""
        rebuilt = asyncio.run(_rebuild(load_settings(), accept_loss))
        typer.echo(
            f"rebuilt: {rebuilt.revisions:,} revisions in {rebuilt.seconds:.1f} s; "
            "readers go on by time, and are told that some articles may come again"
        )

    app.add_typer(rebuild, name="rebuild")


class _Enriched:
    """What the cache stage was given, in the order in which it was sent."""

    def __init__(self, topic: MergedTopic) -> None:
        self._topic = topic

    async def up_to(self, last: Mapping[int, int]) -> AsyncIterator[Sequence[Received[Event]]]:
        async for records in self._topic.up_to(last):
            yield [received for record in records if (received := received_of(record, event_of))]


async def _rebuild(settings: Settings, accept_loss: bool) -> Rebuilt:
    name = settings.topic(ENRICHED.name)
    partitions = {state.name: state.partitions for state in await topic_states(settings)}[name]
    if not partitions:
        raise TopicsError(f"missing: {name}; run `khabar topics create`")
    redis = connect(settings)
    try:
        async with MergedTopic(settings, name, partitions) as topic:
            return await Rebuild(redis, settings, _Enriched(topic)).run(accept_loss=accept_loss)
    except TransientError as exc:
        raise CannotStartError(f"{exc}; nothing was changed: rebuild again once it answers") from exc
    finally:
        await redis.aclose()
