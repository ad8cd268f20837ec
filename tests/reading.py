"""Reads topics whole, as a consumer of committed records does."""

from __future__ import annotations

from collections.abc import Sequence
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
    consumer = AIOKafkaConsumer(
        settings.topic(topic.name),
        **client_options(settings),
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        records: list[ConsumerRecord] = []
        while not all([await consumer.position(tp) >= end for tp, end in ends.items()]):
            for fetched in (await consumer.getmany(timeout_ms=200)).values():
                records += fetched
        return records
    finally:
        await consumer.stop()


async def committed_once_there_are(
    settings: Settings, topic: Topic, count: int, seconds: float = 60
) -> list[ConsumerRecord]:
    """The same, as soon as there are that many."""
    records: list[ConsumerRecord] = []

    async def enough() -> bool:
        records[:] = await committed(settings, topic)
        return len(records) >= count

    await eventually(enough, f"{count} records in {topic.name}", seconds=seconds)
    return records


def events(records: Sequence[ConsumerRecord]) -> list[Event]:
    """Their JSON."""
    return [orjson.loads(record.value) for record in records]
