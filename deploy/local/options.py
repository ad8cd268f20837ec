"""What a person may choose about the local stack."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.topics import AGENTS

SERVICES = (*(agent.name for agent in AGENTS), "api", "webhooks")
DEFAULT_PORTS: Mapping[str, int] = {
    "kafka": 9092,
    "controller": 9093,
    "redis": 6379,
    "api": 8000,
    "prometheus": 9090,
    **{f"{service}-health": 9101 + number for number, service in enumerate(SERVICES)},
}


@dataclass(frozen=True, slots=True)
class Options:
    """One run's choices."""

    ports: Mapping[str, int]
    detach: bool = False
    samples: bool = True


def parse_run(arguments: Sequence[str]) -> Options:
    """The options of `make run ARGS=…`; ends the process with usage where they make no sense."""
    parser = argparse.ArgumentParser(
        prog="make run ARGS='…'",
        description="Starts Kafka, Redis, every service and, where installed, Prometheus, on this machine alone.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--detach", action="store_true", help="return when all is ready; `make stop` ends it")
    parser.add_argument("--no-samples", action="store_true", help="push no sample articles on the first run")
    for name, port in DEFAULT_PORTS.items():
        parser.add_argument(f"--{name}-port", type=_port, default=port, metavar="PORT", help=f"for {_spoken(name)}")
    given = vars(parser.parse_args(arguments))
    ports = {name: given[f"{name.replace('-', '_')}_port"] for name in DEFAULT_PORTS}
    return Options(ports, detach=given["detach"], samples=not given["no_samples"])


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is no port: 1 to 65535")
    return port


def _spoken(name: str) -> str:
    return {
        "controller": "Kafka's controller",
        "kafka": "Kafka",
        "redis": "Redis",
        "api": "the page and the REST api",
        "prometheus": "Prometheus",
    }.get(name, f"the {name.removesuffix('-health')}'s /live, /ready and /metrics")
