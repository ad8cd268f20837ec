"""Settings for a Prometheus beside the local stack, with the labels that the dashboards rely on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deploy.local.folder import PROJECT
from deploy.local.options import SERVICES
from deploy.local.ports import HOST

RULES = PROJECT / "deploy" / "prometheus"
JOB = "khabar"


def write_settings(home: Path, ports: Mapping[str, int]) -> Path:
    """Writes prometheus.yml into the folder and gives its path."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "prometheus.yml"
    path.write_text(settings(ports), "utf-8")
    return path


def settings(ports: Mapping[str, int]) -> str:
    """One job, a target for each service, labelled `service`; the project's rules where there are any."""
    targets = "".join(
        f'      - targets: ["{HOST}:{ports[f"{service}-health"]}"]\n        labels: {{service: {service}}}\n'
        for service in SERVICES
    )
    return f"""\
# Written anew at each start.
global:
  scrape_interval: 5s
  scrape_timeout: 4s
  evaluation_interval: 15s
  external_labels:
    system: khabar

rule_files: ["{RULES}/*.rules.yml"]

scrape_configs:
  - job_name: {JOB}
    static_configs:
{targets}
  - job_name: prometheus
    static_configs:
      - targets: ["{HOST}:{ports["prometheus"]}"]
"""
