"""`khabar tail TOPIC`: committed records as they come; articles for people, JSON lines for programs."""

from __future__ import annotations

import asyncio
import base64
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import orjson
import typer
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from rich.console import Console
from rich.text import Text

from shared.settings import Settings, load_settings
from shared.stream.connection import client_options
from shared.stream.topic_admin import TopicsError, topic_states

WAIT_MS = 500


class TopicName(StrEnum):
    """The topics; a test keeps them equal to the topic table."""

    RAW = "articles.raw"
    NORMALIZED = "articles.normalized"
    CLASSIFIED = "articles.classified"
    ENRICHED = "articles.enriched"
    DEAD = "articles.dead"


class Start(StrEnum):
    """Where to begin, where the group has no position yet."""

    BEGINNING = "beginning"
    END = "end"


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def tail(
        topic: Annotated[TopicName, typer.Argument(help="which topic")],
        group: Annotated[str | None, typer.Option(help="consumer group whose position is kept")] = None,
        start: Annotated[Start, typer.Option("--from", help="where to begin")] = Start.END,
        count: Annotated[int | None, typer.Option("--max", min=1, help="stop after that many records")] = None,
        until_end: Annotated[bool, typer.Option(help="stop at what is the end now")] = False,
    ) -> None:
        """Print records as they come: pretty on a terminal, JSON lines otherwise."""
        reader = _Tail(load_settings(), topic.value, group, start, count, until_end)
        try:
            asyncio.run(reader.run())
        except (KeyboardInterrupt, BrokenPipeError):
            raise typer.Exit(0) from None


class _Tail:
    def __init__(
        self, settings: Settings, topic: str, group: str | None, start: Start, count: int | None, until_end: bool
    ) -> None:
        self._settings, self._topic, self._group, self._start = settings, settings.topic(topic), group, start
        self._left, self._until_end = count, until_end
        self._console = Console() if sys.stdout.isatty() else None

    async def run(self) -> None:
        states = {state.name: state.partitions for state in await topic_states(self._settings)}
        if not states[self._topic]:
            raise TopicsError(f"missing: {self._topic}; run `khabar topics create`")
        consumer = AIOKafkaConsumer(
            self._topic,
            **client_options(self._settings),
            group_id=self._group,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest" if self._start is Start.BEGINNING else "latest",
        )
        await consumer.start()
        try:
            await self._follow(consumer)
        finally:
            await consumer.stop()

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        ends = await consumer.end_offsets(consumer.assignment()) if self._until_end else None
        while self._left != 0:
            fetched = await consumer.getmany(timeout_ms=WAIT_MS, max_records=self._left)
            for records in fetched.values():
                for record in records:
                    self._show(record)
            sys.stdout.flush()
            if fetched and self._group:
                await consumer.commit()
            if ends is not None and all([await consumer.position(tp) >= end for tp, end in ends.items()]):
                return

    def _show(self, record: ConsumerRecord) -> None:
        if self._left is not None:
            self._left -= 1
        if self._console:
            self._console.print(_pretty(record), soft_wrap=True)
        else:
            sys.stdout.buffer.write(_json_line(record))


def _json_line(record: ConsumerRecord) -> bytes:
    """The value as it is, where it is JSON on one line; else an object that holds it."""
    try:
        return orjson.dumps(orjson.loads(record.value or b"null")) + b"\n"
    except orjson.JSONDecodeError:
        value = base64.b64encode(record.value or b"").decode()
        return orjson.dumps({"not_json": value, "partition": record.partition, "offset": record.offset}) + b"\n"


def _pretty(record: ConsumerRecord) -> Text:
    at = datetime.fromtimestamp(record.timestamp / 1000, UTC).strftime("%H:%M:%S")
    text = Text(f"{at} {record.partition}/{record.offset} ", style="dim")
    try:
        article = orjson.loads(record.value or b"null")
    except orjson.JSONDecodeError:
        return text.append(repr((record.value or b"")[:200]), style="red")
    if not isinstance(article, dict):
        return text.append(str(article)[:200], style="red")
    return text.append_text(_dead(article) if "error" in article and "stage" in article else _article(article))


def _dead(letter: dict[str, Any]) -> Text:
    text = Text(f"{letter['stage']} {letter['reason']} ", style="bold red")
    text.append(f"{letter['topic']}/{letter['partition']}/{letter['offset']} ", style="dim")
    return text.append(str(letter["error"]), style="default")


def _article(article: dict[str, Any]) -> Text:
    text = Text(str(article.get("source", "")) + " ", style="cyan")
    language, topics, duplicate = article.get("language"), article.get("topics") or [], article.get("duplicate")
    if isinstance(language, dict):
        text.append(f"{language['code']} ", style="green")
    if topics:
        text.append(" ".join(topic["slug"] for topic in topics) + " ", style="yellow")
    if duplicate:
        text.append(f"{duplicate['relation']} of {duplicate['of'][:8]} ", style="magenta")
    return text.append(str(article.get("title") or (article.get("text") or "")[:100]), style="bold")
