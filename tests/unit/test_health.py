"""Probes tell the truth, at the boundaries."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from shared.health import BLOCKED_SECONDS, STUCK_SECONDS, Health, HealthServer


class _Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> _Time:
    return _Time()


@pytest.fixture
def health(time: _Time) -> Health:
    health = Health("test", monotonic=time)
    health.have("start")
    health.beat()
    return health


def test_ready_once_nothing_is_waited_for(health: Health) -> None:
    assert health.not_ready() == []
    health.waiting("Kafka", "no answer")
    assert health.not_ready() == ["Kafka: no answer"]
    assert health.not_live() == []
    health.have("Kafka")
    assert health.not_ready() == []


def test_a_silent_loop_is_not_live(health: Health, time: _Time) -> None:
    time.now += BLOCKED_SECONDS
    assert health.not_live() == []
    time.now += 0.1
    assert health.not_live() == [f"the event loop has been blocked for {BLOCKED_SECONDS:.0f} s"]


def test_a_stuck_batch_is_not_live_but_one_that_waits_is(health: Health, time: _Time) -> None:
    health.batch_since = time.now
    time.now += STUCK_SECONDS + 1
    health.beat()
    assert "one batch has been in hand" in health.not_live()[0]
    health.waiting("dependency", "Redis is away")
    assert health.not_live() == []


def test_a_dead_agent_is_neither(health: Health) -> None:
    health.died = "ValueError()"
    assert health.not_live() == ["the agent has died: ValueError()"]
    assert health.not_ready()


@pytest.fixture
def server(health: Health) -> Iterator[HealthServer]:
    server = HealthServer(health, "127.0.0.1", 0)
    yield server
    server.close()


def _get(server: HealthServer, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}") as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as exc:
        with exc:
            return exc.code, exc.read().decode()


def test_probes_answer_over_http(server: HealthServer, health: Health) -> None:
    assert _get(server, "/live") == (200, '{"service":"test","live":true,"reasons":[]}\n')
    health.waiting("Kafka", "no answer")
    assert _get(server, "/ready") == (503, '{"service":"test","ready":false,"reasons":["Kafka: no answer"]}\n')
    assert _get(server, "/elsewhere")[0] == 404


def test_metrics_can_be_scraped(server: HealthServer) -> None:
    status, text = _get(server, "/metrics")

    assert status == 200
    names = {family.name for family in text_string_to_metric_families(text)}
    assert {"khabar_articles", "khabar_ready", "process_resident_memory_bytes"} <= names
