"""Reads one partition again, committed records only and outside any group: for restoring what Redis has lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError, KafkaError

from shared.outcomes import TransientError
from shared.settings import Settings
from shared.stream.connection import client_options

READ_RECORDS = 500
READ_TIMEOUT_MS = 1_000


class History:
    """The committed records of a topic. Raises TransientError where no broker answers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def between(
        self, topic: str, partition: int, first: int, last: int
    ) -> AsyncIterator[Sequence[ConsumerRecord]]:
        """Batches of the records with offsets from `first` to `last`, both included, that are still kept."""
        async with self._reader(topic, partition) as (reader, tp):
            start = max(first, (await reader.beginning_offsets([tp]))[tp])
            end = min(last + 1, (await reader.end_offsets([tp]))[tp])
            reader.seek(tp, start)
            async for records in _until(reader, tp, end):
                yield [record for record in records if first <= record.offset <= last]

    async def since(self, topic: str, partition: int, time_ms: int | None) -> AsyncIterator[Sequence[ConsumerRecord]]:
        """Batches of all records sent at that time or later, up to what was there when asked; None for all."""
        async with self._reader(topic, partition) as (reader, tp):
            end = await self._high_watermark(tp)
            start = await _offset_at(reader, tp, time_ms)
            reader.seek(tp, end if start is None else start)
            async for records in _until(reader, tp, end):
                yield records

    async def first_sent_ms(self, topic: str, partition: int, offset: int) -> int | None:
        """When the first record at that offset or after it was sent; None where there is none."""
        async with self._reader(topic, partition) as (reader, tp):
            start = max(offset, (await reader.beginning_offsets([tp]))[tp])
            reader.seek(tp, start)
            async for records in _until(reader, tp, (await reader.end_offsets([tp]))[tp]):
                return int(records[0].timestamp)
        return None

    async def committed(self, group: str, topic: str) -> dict[int, int]:
        """The offset that the group reads next in each partition of the topic in which it has read anything."""
        admin = AIOKafkaAdminClient(**client_options(self._settings))
        try:
            await admin.start()
            offsets = await admin.list_consumer_group_offsets(group)
        except (KafkaError, OSError) as exc:
            raise TransientError(f"Kafka: {type(exc).__name__}: {exc}") from exc
        finally:
            await admin.close()
        return {tp.partition: found.offset for tp, found in offsets.items() if tp.topic == topic and found.offset > 0}

    async def _high_watermark(self, tp: TopicPartition) -> int:
        """The end as the broker has it: a committed reader's end may lack a commit whose markers are on their way."""
        async with self._reader(tp.topic, tp.partition, isolation_level="read_uncommitted") as (reader, _):
            return int((await reader.end_offsets([tp]))[tp])

    @asynccontextmanager
    async def _reader(
        self, topic: str, partition: int, isolation_level: str = "read_committed"
    ) -> AsyncIterator[tuple[AIOKafkaConsumer, TopicPartition]]:
        reader = AIOKafkaConsumer(
            **client_options(self._settings),
            isolation_level=isolation_level,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        tp = TopicPartition(topic, partition)
        try:
            await reader.start()
            reader.assign([tp])
            yield reader, tp
        except (KafkaConnectionError, KafkaError, OSError) as exc:
            raise TransientError(f"Kafka: {type(exc).__name__}: {exc}") from exc
        finally:
            await reader.stop()


async def _offset_at(reader: AIOKafkaConsumer, tp: TopicPartition, time_ms: int | None) -> int | None:
    if time_ms is None:
        return int((await reader.beginning_offsets([tp]))[tp])
    found = (await reader.offsets_for_times({tp: max(0, time_ms)}))[tp]
    return None if found is None else int(found.offset)


async def _until(reader: AIOKafkaConsumer, tp: TopicPartition, end: int) -> AsyncIterator[Sequence[ConsumerRecord]]:
    while await reader.position(tp) < end:
        fetched = await reader.getmany(tp, timeout_ms=READ_TIMEOUT_MS, max_records=READ_RECORDS)
        if records := [record for record in fetched.get(tp, ()) if record.offset < end]:
            yield records
