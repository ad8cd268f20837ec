"""Writes posted articles to Kafka and answers only when every in-sync replica has them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.api.pushing import Push
from shared.outcomes import TransientError
from shared.settings import Settings
from shared.stream.connection import raw_producer
from shared.stream.headers import raw_headers
from shared.topics import RAW

START_SECONDS = 10.0
WRITE_SECONDS = 20.0
STOP_SECONDS = 5.0
_log = structlog.get_logger(__name__)


class RawTopic:
    """`articles.raw` of this installation; connects when the first article comes."""

    def __init__(self, settings: Settings, *, write_seconds: float = WRITE_SECONDS) -> None:
        self._settings = settings
        self._topic = settings.topic(RAW.name)
        self._producer: AIOKafkaProducer | None = None
        self._write_seconds = write_seconds
        self._starting = asyncio.Lock()
        self._stopping: set[asyncio.Task[None]] = set()

    async def write(self, pushes: Sequence[Push], *, traceparent: str | None) -> None:
        """Returns when all are in Kafka. Raises TransientError where that is not known: pushing again is safe."""
        producer = await self._started()
        try:
            async with asyncio.timeout(self._write_seconds):
                sent = [
                    await producer.send(
                        self._topic,
                        value=push.value,
                        key=push.key,
                        headers=raw_headers(push.article.source, traceparent=traceparent),
                    )
                    for push in pushes
                ]
                results = await asyncio.gather(*sent, return_exceptions=True)
        except (KafkaError, TimeoutError) as exc:
            self._discard(producer)
            raise TransientError(f"Kafka: {type(exc).__name__}: {exc}") from exc
        for result in results:
            if isinstance(result, BaseException):
                self._discard(producer)
                raise TransientError(f"Kafka: {type(result).__name__}: {result}") from result

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = raw_producer(self._settings)
                try:
                    async with asyncio.timeout(START_SECONDS):
                        await producer.start()
                except (KafkaError, TimeoutError, OSError) as exc:
                    await producer.stop()
                    raise TransientError(f"Kafka: {type(exc).__name__}: {exc}") from exc
                self._producer = producer
            return self._producer

    def _discard(self, producer: AIOKafkaProducer) -> None:
        """The next write connects anew: an idempotent producer that failed may refuse everything from then on."""
        if self._producer is producer:
            self._producer = None
            stopping = asyncio.create_task(_stop(producer))
            self._stopping.add(stopping)
            stopping.add_done_callback(self._stopping.discard)

    async def close(self) -> None:
        """Sends what is left, as far as that is possible in some seconds, and disconnects."""
        if self._producer is not None:
            self._discard(self._producer)
        if self._stopping:
            await asyncio.wait(self._stopping, timeout=STOP_SECONDS)


async def _stop(producer: AIOKafkaProducer) -> None:
    try:
        await producer.stop()  # ends when what it holds is sent or has expired
    except KafkaError as exc:
        _log.warning("a producer did not stop cleanly", error=f"{type(exc).__name__}: {exc}")
