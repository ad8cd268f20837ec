"""A real Prometheus that scrapes the processes of a test and is asked what a dashboard would ask."""

from __future__ import annotations

import json
import math
import urllib.parse
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from deploy.local.ports import HOST, free_ports
from deploy.local.process import Server
from tests.programs import PROMETHEUS, needed_program
from tests.unit.deploy.project import PROJECT

SCRAPE_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Target:
    """One process's `/metrics`, as host:port, and the service it is."""

    service: str
    address: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a picture: its labels and its newest value."""

    labels: dict[str, str]
    value: float

    @property
    def is_number(self) -> bool:
        """A quotient of two zeros is none."""
        return not math.isnan(self.value)


class PrometheusUnderTest:
    """Runs in a folder of the test's with the project's own configuration, but for where the processes are."""

    def __init__(self, folder: Path, targets: Sequence[Target]) -> None:
        [port] = free_ports(1)
        config = folder / "prometheus.yml"
        config.write_text(_config(targets), "utf-8")
        self._url = f"http://{HOST}:{port}"
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        command = [
            needed_program(PROMETHEUS),
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={HOST}:{port}",
        ]
        self.server = Server("Prometheus", command, folder / "prometheus.log", is_ready=self._is_ready)

    def ask(self, expr: str) -> list[Line]:
        """What the expression gives now. Raises urllib.error.HTTPError where Prometheus does not understand it."""
        body = urllib.parse.urlencode({"query": expr}).encode()
        with self._opener.open(f"{self._url}/api/v1/query", data=body, timeout=10) as answer:
            data = json.load(answer)["data"]
        assert data["resultType"] == "vector", expr
        return [Line(line["metric"], float(line["value"][1])) for line in data["result"]]

    def _is_ready(self) -> bool:
        try:
            with self._opener.open(f"{self._url}/-/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def _config(targets: Sequence[Target]) -> str:
    config = yaml.safe_load((PROJECT / "deploy/prometheus/prometheus.yml").read_text("utf-8"))
    config["global"].update(scrape_interval=f"{SCRAPE_SECONDS}s", scrape_timeout=f"{SCRAPE_SECONDS}s")
    [job] = [job for job in config["scrape_configs"] if job["job_name"] == "khabar"]
    del job["dns_sd_configs"], job["relabel_configs"]
    job["static_configs"] = [{"targets": [target.address], "labels": {"service": target.service}} for target in targets]
    return str(yaml.safe_dump({**config, "scrape_configs": [job], "rule_files": []}))
