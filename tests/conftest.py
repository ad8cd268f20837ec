"""Servers that the whole session shares, started when a test first asks, and settings that keep tests apart."""

from __future__ import annotations

import signal
import uuid
from collections.abc import Iterator

import pytest

from shared.settings import Settings, load_settings
from tests.servers import kafka_server, redis_server


def pytest_configure() -> None:
    """A run that is ended from outside ends like Ctrl-C: fixtures stop what they started, nothing is left behind."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """host:port of a real Kafka; a test that kills a broker starts its own with tests.servers.kafka_server."""
    kafka = kafka_server(tmp_path_factory.mktemp("kafka"))
    yield kafka.bootstrap
    kafka.server.stop()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Url of a real Redis; a test that kills one starts its own with tests.servers.redis_server."""
    redis = redis_server(tmp_path_factory.mktemp("redis"))
    yield redis.url
    redis.server.stop()


@pytest.fixture
def topic_prefix() -> str:
    """Before this test's topics, groups and Redis keys: no other test has it."""
    return f"t{uuid.uuid4().hex[:10]}."


@pytest.fixture
def settings(kafka_bootstrap: str, redis_url: str, topic_prefix: str) -> Settings:
    """Settings of this test on the shared servers, whatever the environment says."""
    return load_settings(
        {
            "KHABAR_KAFKA_BOOTSTRAP": kafka_bootstrap,
            "KHABAR_REDIS_URL": redis_url,
            "KHABAR_TOPIC_PREFIX": topic_prefix,
            "KHABAR_PARTITIONS": "4",
        }
    )
