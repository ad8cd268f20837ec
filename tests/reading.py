"""Reads topics whole, as a consumer of committed records does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from shared.settings import Settings
from shared.stream.connection import client_options
from shared.topics import Topic
from tests.waiting import eventually

Event = dict[str, Any]


async def committed(settings: Settings, topic: Topic) -> list[ConsumerRecord]:
    """Every committed record that the topic holds now."""
    records: list[ConsumerRecord] = []
    async with _from_the_beginning(settings, topic) as consumer:
        await _read_to_end(consumer, records)
    return records


async def committed_once_there_are(
    settings: Settings, topic: Topic, count: int, seconds: float = 60
) -> list[ConsumerRecord]:
    """The same, as soon as there are that many."""
    records: list[ConsumerRecord] = []
    async with _from_the_beginning(settings, topic) as consumer:

        async def enough() -> bool:
            await _read_to_end(consumer, records)
            return len(records) >= count

        await eventually(enough, f"{count} records in {topic.name}", seconds=seconds)
    return records


@asynccontextmanager
async def _from_the_beginning(settings: Settings, topic: Topic) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        settings.topic(topic.name),
        **client_options(settings),
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def _read_to_end(consumer: AIOKafkaConsumer, records: list[ConsumerRecord]) -> None:
    ends = await consumer.end_offsets(consumer.assignment())
    while not all([await consumer.position(tp) >= end for tp, end in ends.items()]):
        for fetched in (await consumer.getmany(timeout_ms=200)).values():
            records += fetched


def events(records: Sequence[ConsumerRecord]) -> list[Event]:
    """Their JSON."""
    return [orjson.loads(record.value) for record in records]
