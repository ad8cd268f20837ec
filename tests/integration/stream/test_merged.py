"""Partitions read together, in the order in which their records were sent."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from aiokafka import AIOKafkaProducer

from shared.settings import Settings
from shared.stream.connection import client_options
from shared.stream.merged import MergedTopic
from shared.stream.topic_admin import create_topics
from shared.topics import ENRICHED

pytestmark = pytest.mark.integration

RECORDS, START_MS = 1_500, 1_790_000_000_000


async def values(merged: MergedTopic, last: Mapping[int, int]) -> list[int]:
    return [int(record.value) async for batch in merged.up_to(last) for record in batch]


async def test_partitions_are_merged_by_time_up_to_the_offsets_that_are_asked_for_and_on_from_there(
    settings: Settings,
) -> None:
    await create_topics(settings)
    topic, chance = settings.topic(ENRICHED.name), random.Random(1)
    partitions = [chance.choice([0, 1, 1, 1, 3]) for _ in range(RECORDS)]  # none in the third
    producer = AIOKafkaProducer(**client_options(settings), acks="all", linger_ms=20, transactional_id="merged")
    await producer.start()
    for of_transaction in range(0, RECORDS, 300):  # leaves control records between
        async with producer.transaction():
            for number in range(of_transaction, of_transaction + 300):
                await producer.send(
                    topic, str(number).encode(), partition=partitions[number], timestamp_ms=START_MS + number
                )
    await producer.stop()

    async with MergedTopic(settings, topic, settings.partitions) as merged:
        assert await values(merged, {}) == []
        assert await values(merged, {0: 0, 1: -1, 2: 7}) == [partitions.index(0)]
        first = await values(merged, {0: 100, 1: 400, 3: 100})
        rest = await values(merged, {0: 10_000, 1: 10_000, 2: 10_000, 3: 10_000})
    assert first == sorted(first)
    assert rest == sorted(rest)
    assert sorted([partitions.index(0), *first, *rest]) == list(range(RECORDS))
