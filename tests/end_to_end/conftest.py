"""The whole system, every service a process, started once for all end-to-end tests."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from shared.settings import Settings, load_settings
from tests.servers.services import AND_WEBHOOKS, Services


@pytest.fixture(scope="session")
def stack_settings(kafka_bootstrap: str, redis_url: str) -> Settings:
    """Settings of the running system."""
    return load_settings(
        {
            "KHABAR_KAFKA_BOOTSTRAP": kafka_bootstrap,
            "KHABAR_REDIS_URL": redis_url,
            "KHABAR_TOPIC_PREFIX": f"e2e{uuid.uuid4().hex[:8]}.",
            "KHABAR_PARTITIONS": "4",
        }
    )


@pytest.fixture(scope="session")
def stack(stack_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Every service, ready."""
    services = Services(tmp_path_factory.mktemp("stack"), stack_settings, AND_WEBHOOKS)
    try:
        services.start()
        yield services
    finally:
        services.stop()
