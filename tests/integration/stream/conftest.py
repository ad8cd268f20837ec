"""Topics of the test's own, and processes that run the runtime over them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord

from shared.settings import Settings
from shared.stream.connection import raw_producer
from shared.stream.topic_admin import create_topics
from shared.topics import DEAD, NORMALIZED, RAW, Topic
from tests.reading import committed, committed_once_there_are

SESSION_SECONDS = 6.0


@dataclass(slots=True)
class Worker:
    """One process of the echo stage."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def health(self) -> str:
        """Address of its probes, once it has said it."""
        for line in self.log.read_bytes().splitlines():
            if b'"probes"' in line:
                return str(orjson.loads(line)["address"])
        return ""

    def probe(self, path: str) -> tuple[int, bytes]:
        """Status and body; (0, b"") while it does not answer."""
        if not self.health:
            return 0, b""
        try:
            with urllib.request.urlopen(self.health + path, timeout=5) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as exc:
            with exc:
                return exc.code, exc.read()
        except OSError:
            return 0, b""


StartWorker = Callable[..., Worker]


@pytest.fixture
def start_worker(settings: Settings, tmp_path: Path) -> Iterator[StartWorker]:
    """Starts processes of the echo stage; whatever is left of them is killed at the end."""
    workers: list[Worker] = []

    def start(**environment: str) -> Worker:
        log = tmp_path / f"worker-{len(workers)}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.stream.echo_stage"],
                env=worker_environment(settings, tmp_path) | environment,
                stderr=file,
                stdout=file,
            )
        workers.append(Worker(process, log))
        return workers[-1]

    yield start
    for worker in workers:
        if worker.process.poll() is None:
            worker.process.kill()
        worker.process.wait()


def worker_environment(settings: Settings, folder: Path) -> dict[str, str]:
    """The environment of an echo worker on the test's topics."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KHABAR_")}
    return kept | {
        "KHABAR_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "KHABAR_TOPIC_PREFIX": settings.topic_prefix,
        "KHABAR_SESSION_TIMEOUT_SECONDS": str(SESSION_SECONDS),
        "KHABAR_LOG_FORMAT": "json",
        "KHABAR_LOG_LEVEL": "debug",
        "ECHO_FOLDER": str(folder),
    }


@pytest.fixture
async def topics(settings: Settings) -> None:
    """The topics of this test, made."""
    await create_topics(settings)


@pytest.fixture
async def producer(settings: Settings, topics: None) -> AsyncIterator[AIOKafkaProducer]:
    """Pushes raw records."""
    producer = raw_producer(settings)
    await producer.start()
    yield producer
    await producer.stop()


class Reader:
    """Reads everything committed that a topic holds."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def all(self, topic: Topic) -> list[ConsumerRecord]:
        """Every committed record."""
        return await committed(self._settings, topic)

    async def until(self, topic: Topic, count: int, seconds: float = 60) -> list[ConsumerRecord]:
        """Every committed record, once there are that many."""
        return await committed_once_there_are(self._settings, topic, count, seconds)


@pytest.fixture
def reader(settings: Settings) -> Reader:
    """Reads committed records."""
    return Reader(settings)


def raw(number: int, text: str | None = None, **fields: object) -> bytes:
    """A raw article with that external id."""
    return orjson.dumps({"source": "test", "external_id": str(number), "text": text or f"text {number}", **fields})


async def push(producer: AIOKafkaProducer, settings: Settings, values: list[bytes]) -> None:
    """Pushes raw values, and waits until each is acknowledged."""
    topic = settings.topic(RAW.name)
    await asyncio.gather(*[await producer.send(topic, value) for value in values])


__all__ = ["DEAD", "NORMALIZED", "Reader", "StartWorker", "Worker", "push", "raw"]
