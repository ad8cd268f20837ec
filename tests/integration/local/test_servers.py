"""What every integration test relies on: the servers answer, keep what they were given, and come back after a kill."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from redis.asyncio import Redis

from shared.settings import Settings
from shared.topics import DEAD
from tests.servers import kafka_server, redis_server

pytestmark = pytest.mark.integration


async def _create(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        limit = {"max.message.bytes": str(DEAD.max_record_bytes)}
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1, topic_configs=limit)])
    finally:
        await admin.close()


async def _produce_in_a_transaction(bootstrap: str, topic: str, values: list[bytes]) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, transactional_id=f"{topic}-0", max_request_size=DEAD.max_record_bytes
    )
    await producer.start()
    try:
        async with producer.transaction():
            for value in values:
                await producer.send_and_wait(topic, value, partition=0)
    finally:
        await producer.stop()


async def _read(bootstrap: str, topic: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", isolation_level="read_committed"
    )
    await consumer.start()
    try:
        return [(await consumer.getone()).value or b"" for _ in range(count)]
    finally:
        await consumer.stop()


async def test_the_broker_keeps_a_transaction_of_the_largest_record(settings: Settings) -> None:
    topic = settings.topic("largest")
    largest = bytes(DEAD.max_record_bytes - 1000)
    await _create(settings.kafka_bootstrap, topic)
    await _produce_in_a_transaction(settings.kafka_bootstrap, topic, [largest, b"after it"])
    assert await _read(settings.kafka_bootstrap, topic, 2) == [largest, b"after it"]


async def test_committed_records_are_there_after_kafka_was_killed_and_started_again(tmp_path: Path) -> None:
    kafka = kafka_server(tmp_path)
    try:
        await _create(kafka.bootstrap, "kept")
        await _produce_in_a_transaction(kafka.bootstrap, "kept", [b"one"])
        before = kafka.server.pid
        kafka.server.kill()
        assert not kafka.server.is_running
        kafka.server.start()
        assert kafka.server.pid != before
        await _produce_in_a_transaction(kafka.bootstrap, "kept", [b"two"])
        assert await _read(kafka.bootstrap, "kept", 2) == [b"one", b"two"]
    finally:
        kafka.server.stop()


async def test_redis_keeps_its_keys_and_its_promises_over_a_restart(tmp_path: Path) -> None:
    redis = redis_server(tmp_path)
    try:
        async with Redis.from_url(redis.url) as client:
            await client.set("kept", "yes")
            assert (await client.config_get("maxmemory-policy"))["maxmemory-policy"] == "noeviction"
            assert (await client.config_get("bind"))["bind"] == "127.0.0.1"
        redis.server.stop()
        redis.server.start()
        async with Redis.from_url(redis.url) as client:
            assert await client.get("kept") == b"yes"
    finally:
        redis.server.stop()


async def test_a_test_has_names_of_its_own(settings: Settings, topic_prefix: str) -> None:
    assert settings.topic("articles.raw") == f"{topic_prefix}articles.raw"
    assert settings.key_prefix.startswith(topic_prefix)
