"""Reads the partitions of a topic together, in the order in which their records were sent; outside any group."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import islice
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from shared.outcomes import TransientError
from shared.settings import Settings
from shared.stream.connection import client_options

READ_RECORDS = 500
READ_TIMEOUT_MS = 500


class MergedTopic:
    """The committed records of a topic, from the oldest that is kept. Raises TransientError where no broker answers."""

    def __init__(self, settings: Settings, topic: str, partitions: int) -> None:
        self._settings = settings
        self._waiting: dict[TopicPartition, deque[ConsumerRecord]] = {
            TopicPartition(topic, number): deque() for number in range(partitions)
        }

    async def __aenter__(self) -> Self:
        self._consumer = AIOKafkaConsumer(
            **client_options(self._settings),
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        try:
            await self._consumer.start()
            self._consumer.assign(list(self._waiting))
        except (KafkaError, OSError) as exc:
            await self._consumer.stop()
            raise TransientError(f"Kafka: {type(exc).__name__}: {exc}") from exc
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    async def up_to(self, last: Mapping[int, int]) -> AsyncIterator[Sequence[ConsumerRecord]]:
        """Batches of what comes next, up to each partition's last offset, included; what lies beyond waits.

        Partitions that are not named, and offsets that are not there yet, are not waited for.
        """
        try:
            ends = await self._ends(last)
            while any([await self._has_more(tp, end) for tp, end in ends.items()]):
                await self._fill(ends)
                if batch := await self._merge(ends):
                    yield batch
        except (KafkaError, OSError) as exc:
            raise TransientError(f"Kafka: {type(exc).__name__}: {exc}") from exc

    async def _ends(self, last: Mapping[int, int]) -> dict[TopicPartition, int]:
        wanted = {tp: last[tp.partition] + 1 for tp in self._waiting if tp.partition in last}
        there = await self._consumer.end_offsets(list(wanted)) if wanted else {}
        return {tp: min(end, there[tp]) for tp, end in wanted.items()}

    async def _has_more(self, tp: TopicPartition, end: int) -> bool:
        waiting = self._waiting[tp]
        return bool(waiting[0].offset < end if waiting else await self._consumer.position(tp) < end)

    async def _fill(self, ends: Mapping[TopicPartition, int]) -> None:
        """Reads until every partition that has more has a record to compare."""
        while empty := [
            tp for tp, end in ends.items() if not self._waiting[tp] and await self._consumer.position(tp) < end
        ]:
            fetched = await self._consumer.getmany(*empty, timeout_ms=READ_TIMEOUT_MS, max_records=READ_RECORDS)
            for tp, records in fetched.items():
                self._waiting[tp].extend(records)

    async def _merge(self, ends: Mapping[TopicPartition, int]) -> list[ConsumerRecord]:
        """The earliest of what waits, until a partition must be read again."""
        batch: list[ConsumerRecord] = []
        while len(batch) < READ_RECORDS:
            next_ones = [one for tp, end in ends.items() for one in islice(self._waiting[tp], 1) if one.offset < end]
            if not next_ones:
                break
            record = min(next_ones, key=lambda one: (one.timestamp, one.partition))
            tp = TopicPartition(record.topic, record.partition)
            self._waiting[tp].popleft()
            batch.append(record)
            if not self._waiting[tp] and await self._consumer.position(tp) < ends[tp]:
                break
        return batch
