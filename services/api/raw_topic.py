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
_log = structlog.get_logger(__name__)


class RawTopic:
    """`articles.raw` of this installation; connects when the first article comes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topic = settings.topic(RAW.name)
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def write(self, pushes: Sequence[Push], *, traceparent: str | None) -> None:
        """Returns when all are in Kafka. Raises TransientError where that is not known: pushing again is safe."""
        producer = await self._started()
        try:
            async with asyncio.timeout(WRITE_SECONDS):
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
            raise TransientError(f"Kafka: {type(exc).__name__}: {exc}") from exc
        for result in results:
            if isinstance(result, BaseException):
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

    async def close(self) -> None:
        """Sends what is left, and disconnects."""
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None
