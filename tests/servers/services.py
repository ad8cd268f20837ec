"""Every service as a process of its own, several of each where wanted, on a test's topics, Redis keys and ports."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.ports import HOST, free_ports
from deploy.local.process import Server
from shared.settings import Settings
from shared.topics import AGENTS

KHABAR = [sys.executable, "-m", "services.cli.app"]
API, WEBHOOKS = "api", "webhooks"
ONE_OF_EACH: Mapping[str, int] = {**{stage.name: 1 for stage in AGENTS}, API: 1}
AND_WEBHOOKS: Mapping[str, int] = {**ONE_OF_EACH, WEBHOOKS: 1}  # which few tests need, and costs a process
READY_SECONDS = 120  # the classifier reads its model, and all start at once on two cores


@dataclass(frozen=True, slots=True)
class Service:
    """One process: `.server.kill()`, `.server.start()`, and where its probes answer."""

    name: str
    server: Server
    health: str

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body; (0, b"") where nothing answers."""
        return fetch(f"http://{self.health}{path}")


class Services:
    """Started and stopped together."""

    def __init__(
        self, folder: Path, settings: Settings, counts: Mapping[str, int] = ONE_OF_EACH, **environment: str
    ) -> None:
        self._folder = folder
        (api_port,) = free_ports(1)
        self.page = f"http://{HOST}:{api_port}"
        self.environment = _environment(settings) | {"KHABAR_API_PORT": str(api_port)} | environment
        names = [f"{name}-{number}" for name, count in counts.items() for number in range(count)]
        ports = free_ports(len(names))
        self.all = [self._service(name, port) for name, port in zip(names, ports, strict=True)]

    def start(self) -> None:
        """Creates the topics and returns when every process is ready."""
        self.khabar("topics", "create")
        for service in self.all:
            service.server.launch()
        for service in self.all:
            service.server.wait_ready(timeout_seconds=READY_SECONDS)

    def stop(self) -> None:
        """Stops what runs."""
        for service in self.all:
            if service.server.is_running:
                service.server.terminate()
        for service in self.all:
            service.server.stop()

    def khabar(self, *arguments: str, status: int = 0) -> str:
        """Runs a command against them, and gives what it printed. Fails with its words where the status is another."""
        done = subprocess.run([*KHABAR, *arguments], env=self.environment, capture_output=True, text=True)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def key(self, scope: str) -> str:
        """A new key of the api, without a limit of its own."""
        name = f"{scope}-{uuid.uuid4().hex[:8]}"
        return self.khabar("keys", "create", "--name", name, "--scope", scope, "--rate", "0").strip()

    def khabar_fails(self, *arguments: str) -> str:
        """Runs a command that must refuse to run (exit status 2), and gives what it said."""
        done = subprocess.run([*KHABAR, *arguments], env=self.environment, capture_output=True, text=True)
        assert done.returncode == 2, done.stdout + done.stderr
        return done.stderr

    def _service(self, name: str, port: int) -> Service:
        kind = name.rpartition("-")[0]

        def is_ready() -> bool:
            return fetch(f"http://{HOST}:{port}/ready")[0] == 200

        server = Server(
            name,
            [*KHABAR, "serve", kind],
            self._folder / f"{name}.log",
            is_ready=is_ready,
            environment={**self.environment, "KHABAR_HEALTH_PORT": str(port)},
        )
        return Service(kind, server, f"{HOST}:{port}")


def fetch(url: str) -> tuple[int, bytes]:
    """Status and body of a GET, past any proxy; (0, b"") where nothing answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            return int(answer.status), bytes(answer.read())
    except urllib.error.HTTPError as exc:
        with exc:
            return exc.code, exc.read()
    except OSError:
        return 0, b""


def _environment(settings: Settings) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KHABAR_")}
    return kept | {
        "KHABAR_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "KHABAR_REDIS_URL": settings.redis_url.get_secret_value(),
        "KHABAR_TOPIC_PREFIX": settings.topic_prefix,
        "KHABAR_PARTITIONS": str(settings.partitions),
        "KHABAR_LOG_FORMAT": "json",
    }
