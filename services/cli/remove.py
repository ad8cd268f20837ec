"""`khabar remove ID`: takes articles out of the cache, and tells those who follow the stream."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated
from uuid import uuid4

import typer
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.cache.events import REMOVED_TYPE, removal_of
from shared.clock import rfc3339, system_clock
from shared.outcomes import CannotStartError, PoisonError
from shared.settings import Settings, load_settings
from shared.stream.connection import raw_producer
from shared.stream.headers import event_headers
from shared.stream.topic_admin import TopicsError, topic_states
from shared.topics import ENRICHED


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def remove(ids: Annotated[list[str], typer.Argument(help="ids of articles: 32 hex digits each")]) -> None:
        """Remove articles, with all their revisions up to now: a record without a value on articles.enriched."""
        for one in ids:
            _refuse_no_id(one)
        asyncio.run(_remove(load_settings(), ids))
        typer.echo(f"removed: {len(ids)}; a version that is pushed later with another text is a new one")


def _refuse_no_id(text: str) -> None:
    try:
        removal_of(text.encode())
    except PoisonError as exc:
        raise CannotStartError(f"{text!r} is no article's id: 32 hex digits are expected") from exc


async def _remove(settings: Settings, ids: Sequence[str]) -> None:
    topic = settings.topic(ENRICHED.name)
    if not {state.name: state.partitions for state in await topic_states(settings)}[topic]:
        raise TopicsError(f"missing: {topic}; run `khabar topics create`")
    producer = raw_producer(settings)
    try:
        await producer.start()
        # By the key, it goes to the partition in which the article's revisions stand, behind them.
        for sent in [await _send(producer, topic, one) for one in ids]:
            await sent
    except (KafkaError, OSError) as exc:
        raise CannotStartError(f"Kafka: {type(exc).__name__}: {exc}; remove them again once it answers") from exc
    finally:
        await producer.stop()


async def _send(producer: AIOKafkaProducer, topic: str, article: str) -> asyncio.Future[object]:
    headers = event_headers(
        event_id=str(uuid4()), source="khabar/remove", event_type=REMOVED_TYPE, time=rfc3339(system_clock())
    )
    sent: asyncio.Future[object] = await producer.send(topic, key=article.encode(), headers=headers)
    return sent
