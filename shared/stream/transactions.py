"""One input partition, owned: its transactional producer, and how far it has been handled.

The transactional id of (group, topic, partition) is a lock: starting a producer with it aborts the open transaction of
whoever held it before and fences him, so a stalled process can never publish a second time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import MessageSizeTooLargeError
from faust.types import TP

from shared.positions import NO_OFFSET, Span
from shared.stream.records import Output

STOP_SECONDS = 5.0  # for a producer to stop: without a broker it would wait for ever
START_SECONDS = 30.0  # for all producers of an assignment to start: the former owner's transaction ends first


class OwnedPartition:
    """A partition of one generation of the consumer group, from assignment to revocation."""

    def __init__(self, tp: TP, generation: int, group: str, producer: AIOKafkaProducer) -> None:
        self.tp = tp
        self.generation = generation
        self.handled: int | None = None  # last offset of the last batch; None until the committed one is known
        self._group = group
        self._producer = producer

    async def start(self) -> None:
        """Fences the former owner."""
        try:
            await self._producer.start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Ends the producer; a transaction that is open will be aborted by the next owner, or time out."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._producer.stop(), STOP_SECONDS)

    def knows_committed(self, committed: int | None) -> None:
        """The offset to read next as the group has committed it; None or 0 where it has read nothing."""
        if self.handled is None:
            self.handled = committed - 1 if committed else NO_OFFSET

    def span_to(self, last_offset: int) -> Span:
        """The span of a batch that ends there."""
        assert self.handled is not None
        return Span(self.tp.topic, self.tp.partition, self.handled, last_offset)

    async def partition_count(self, topic: str) -> int:
        """How many partitions the topic has."""
        return len(await self._producer.partitions_for(topic))

    async def publish(self, outputs: Sequence[Output], last_offset: int) -> None:
        """Outputs and the input's offset in one transaction: readers of committed records see all or nothing."""
        producer = self._producer
        await producer.begin_transaction()
        # Deliveries are awaited, for commit_transaction() says nothing of a record that the broker refused.
        await asyncio.gather(*[await _send(producer, output) for output in outputs])
        # Data before offsets: the other order met retries (52 ms a transaction against 32, Kafka 4.3).
        await producer.send_offsets_to_transaction({TopicPartition(*self.tp): last_offset + 1}, self._group)
        await producer.commit_transaction()
        self.handled = last_offset


async def _send(producer: AIOKafkaProducer, output: Output) -> asyncio.Future[object]:
    try:
        delivery: asyncio.Future[object] = await producer.send(
            output.topic, output.value, output.key, partition=output.partition, headers=list(output.headers)
        )
    except MessageSizeTooLargeError as exc:
        raise ValueError(f"a record for {output.topic} passed the size check, but aiokafka refuses it: {exc}") from exc
    return delivery
