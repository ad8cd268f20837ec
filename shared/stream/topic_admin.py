"""Creates the topics and checks them at start: a missing one would leave an agent silent, or block its publishing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAlreadyExistsError

from shared.outcomes import CannotStartError
from shared.settings import Settings
from shared.stream.connection import client_options
from shared.topics import DEAD, TOPICS, Topic

log = structlog.get_logger(__name__)

DAY_MS = 86_400_000
DEAD_RETENTION_FACTOR = 4  # dead letters wait for a person: weeks, where articles have days
TOLD_SECONDS, TOLD_POLL_SECONDS = 15.0, 0.1  # seen: a few hundred milliseconds
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 3.0


class TopicsError(CannotStartError):
    """The topics are not as this installation needs them; the text says which, and what to do."""


@dataclass(frozen=True, slots=True)
class TopicState:
    """What the broker knows of a topic: 0 partitions where there is none."""

    name: str
    partitions: int


async def create_topics(settings: Settings) -> list[str]:
    """Creates the topics that are missing, and gives their names. Raises TopicsError."""
    created = []
    async with _admin(settings) as admin:
        existing = {state.name for state in await _states(admin, settings) if state.partitions}
        for topic in TOPICS:
            if settings.topic(topic.name) not in existing:
                await _create(admin, settings, topic)
                created.append(settings.topic(topic.name))
        await _wait_until_told(admin, settings)
    return created


async def topic_states(settings: Settings) -> list[TopicState]:
    """Every topic of the table, as the broker has it. Raises TopicsError where no broker answers."""
    async with _admin(settings) as admin:
        return await _states(admin, settings)


def faults(states: list[TopicState]) -> list[str]:
    """One sentence for each thing that is wrong; empty where all is well."""
    missing = [state.name for state in states if not state.partitions]
    if missing:
        return [f"missing: {', '.join(missing)}; run `khabar topics create`"]
    counts = {state.partitions for state in states}
    if len(counts) > 1:
        told = ", ".join(f"{state.name} has {state.partitions}" for state in states)
        return [
            f"partition counts differ: {told}; one article's versions stay in order only where they are equal: "
            f"run `kafka-topics.sh --alter --partitions {max(counts)}` on those that have fewer"
        ]
    return []


async def wait_for_topics(settings: Settings) -> int:
    """Waits for the broker, with backoff, then gives the number of partitions. Raises TopicsError."""
    wait = FIRST_WAIT_SECONDS
    while True:
        try:
            states = await topic_states(settings)
        except TopicsError as exc:
            log.warning("waiting for Kafka", error=str(exc), seconds=wait)
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)
            continue
        if wrong := faults(states):
            raise TopicsError("; ".join(wrong))
        return states[0].partitions


async def _create(admin: AIOKafkaAdminClient, settings: Settings, topic: Topic) -> None:
    days = settings.retention_days * (DEAD_RETENTION_FACTOR if topic is DEAD else 1)
    new = NewTopic(
        settings.topic(topic.name),
        settings.partitions,
        settings.replication,
        topic_configs={
            "retention.ms": str(int(days * DAY_MS)),
            "max.message.bytes": str(topic.max_record_bytes),
            "min.insync.replicas": str(max(1, settings.replication - 1)),
            "compression.type": "producer",
        },
    )
    try:
        response = await admin.create_topics([new])
    except TopicAlreadyExistsError:
        return
    except KafkaError as exc:
        raise TopicsError(f"{new.name} could not be created: {exc}") from exc
    for _, code, message in response.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise TopicsError(f"{new.name} could not be created: {message or f'Kafka error {code}'}")


async def _wait_until_told(admin: AIOKafkaAdminClient, settings: Settings) -> None:
    """A topic is created before every broker's answers list it; who reads them at once would find it missing."""
    until = time.monotonic() + TOLD_SECONDS
    while not all(state.partitions for state in await _states(admin, settings)):
        if time.monotonic() > until:
            raise TopicsError(f"the topics were created, but the broker does not list them after {TOLD_SECONDS:.0f} s")
        await asyncio.sleep(TOLD_POLL_SECONDS)


async def _states(admin: AIOKafkaAdminClient, settings: Settings) -> list[TopicState]:
    names = [settings.topic(topic.name) for topic in TOPICS]
    existing = set(await admin.list_topics())
    described = await admin.describe_topics([name for name in names if name in existing]) if existing else []
    counts = {topic["topic"]: len(topic["partitions"]) for topic in described if topic["topic"] in names}
    return [TopicState(name, counts.get(name, 0)) for name in names]


@asynccontextmanager
async def _admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**client_options(settings), request_timeout_ms=10_000)
    try:
        await admin.start()
        yield admin
    except (KafkaConnectionError, OSError) as exc:
        raise TopicsError(
            f"no Kafka broker answers at {settings.kafka_bootstrap}: start it, or set KHABAR_KAFKA_BOOTSTRAP"
        ) from exc
    finally:
        await admin.close()
