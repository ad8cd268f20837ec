"""The scrape configuration that the compose file gives to Prometheus."""

from __future__ import annotations

import subprocess

import yaml

from tests.programs import PROMTOOL, needed_program
from tests.unit.deploy.project import PROJECT, SERVICES, dockerfile_environment

CONFIG = PROJECT / "deploy/prometheus/prometheus.yml"


def test_every_service_is_scraped_on_its_health_port() -> None:
    jobs = {job["job_name"]: job for job in yaml.safe_load(CONFIG.read_text("utf-8"))["scrape_configs"]}
    [targets] = jobs["khabar"]["dns_sd_configs"]
    assert targets["names"] == list(SERVICES)
    assert str(targets["port"]) == dockerfile_environment()["KHABAR_HEALTH_PORT"]


def test_prometheus_accepts_it() -> None:
    command = [needed_program(PROMTOOL), "check", "config", str(CONFIG)]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
