"""Every service as a process, on the session's Kafka and Redis, with topics and ports of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from deploy.local.ports import HOST, free_ports
from deploy.local.process import Server
from tests.integration.dashboard.prometheus_server import Target
from tests.unit.deploy.project import SERVICES

KHABAR = [sys.executable, "-m", "services.cli.app"]


class RunningServices:
    """Started together, stopped together; `targets` is what Prometheus is told of them."""

    def __init__(self, folder: Path, kafka_bootstrap: str, redis_url: str) -> None:
        self._folder = folder
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        api_port, *health_ports = free_ports(1 + len(SERVICES))
        self._environment = {
            **os.environ,
            "KHABAR_KAFKA_BOOTSTRAP": kafka_bootstrap,
            "KHABAR_REDIS_URL": redis_url,
            "KHABAR_TOPIC_PREFIX": f"{folder.name}.",
            "KHABAR_PARTITIONS": "2",
            "KHABAR_API_PORT": str(api_port),
        }
        self._page = f"http://{HOST}:{api_port}"
        self.targets = [Target(service, f"{HOST}:{port}") for service, port in zip(SERVICES, health_ports, strict=True)]
        self._servers = [self._server(target, port) for target, port in zip(self.targets, health_ports, strict=True)]

    def start(self) -> None:
        """Creates the topics and returns when every service is ready."""
        self.khabar("topics", "create")
        for server in self._servers:
            server.start()

    def stop(self) -> None:
        """Stops what was started."""
        for server in self._servers:
            server.stop()

    def khabar(self, *arguments: str) -> None:
        """Runs a command against them. Raises AssertionError with its words when it fails."""
        done = subprocess.run([*KHABAR, *arguments], env=self._environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def get(self, path: str) -> int:
        """Asks the api; the status of its answer."""
        return self._status(urllib.request.Request(self._page + path))

    def post(self, path: str, body: object) -> int:
        """Sends JSON to the api; the status of its answer."""
        headers = {"Content-Type": "application/json"}
        return self._status(urllib.request.Request(self._page + path, json.dumps(body).encode(), headers))

    def _status(self, request: urllib.request.Request) -> int:
        try:
            with self._opener.open(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code

    def _server(self, target: Target, health_port: int) -> Server:
        def is_ready() -> bool:
            try:
                with self._opener.open(f"http://{target.address}/ready", timeout=2) as answer:
                    return bool(answer.status == 200)
            except OSError:
                return False

        return Server(
            target.service,
            [*KHABAR, "serve", target.service],
            self._folder / f"{target.service}.log",
            is_ready=is_ready,
            environment={**self._environment, "KHABAR_HEALTH_PORT": str(health_port)},
        )
