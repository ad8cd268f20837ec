"""Real servers in a folder of the test's, on free loopback ports; chaos tests kill and start them again."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.folder import local_folder
from deploy.local.kafka import Broker
from deploy.local.kafka_jars import ensure_jars
from deploy.local.ports import free_ports
from deploy.local.process import Server
from deploy.local.redis import RedisServer, redis_program


@dataclass(frozen=True, slots=True)
class KafkaUnderTest:
    """A broker and its process: `.server.kill()`, `.server.start()`, `.server.pid`."""

    bootstrap: str
    server: Server


@dataclass(frozen=True, slots=True)
class RedisUnderTest:
    """A Redis and its process: `.server.kill()`, `.server.start()`, `.server.pid`."""

    url: str
    server: Server


def kafka_server(folder: Path) -> KafkaUnderTest:
    """A broker that is ready, with its data in `folder`; the caller stops it."""
    port, controller_port = free_ports(2)
    broker = Broker(folder, port, controller_port, ensure_jars(local_folder()))
    broker.prepare()
    server = Server(
        "Kafka", broker.command(), folder / "kafka.log", is_ready=broker.is_ready, environment=broker.environment()
    )
    server.start()
    return KafkaUnderTest(broker.bootstrap, server)


def redis_server(folder: Path) -> RedisUnderTest:
    """A Redis that is ready, with its data in `folder`; the caller stops it."""
    redis = RedisServer(folder, free_ports(1)[0])
    redis.prepare()
    server = Server("Redis", redis.command(), folder / "redis.log", is_ready=redis.is_ready)
    server.start()
    return RedisUnderTest(redis.url, server)


def redis_has_tls() -> bool:
    """Whether the Redis that is used here was built with TLS."""
    asked = subprocess.run([redis_program(), "--tls-port", "bad"], capture_output=True, text=True, timeout=10)
    return "Bad directive" not in asked.stdout + asked.stderr
