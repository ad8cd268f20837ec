"""What `make run ARGS=…` accepts."""

from __future__ import annotations

import pytest

from deploy.local.options import DEFAULT_PORTS, SERVICES, parse_run
from deploy.local.prometheus import settings
from deploy.local.stack import page, service_variables
from shared.settings import load_settings


def test_without_options_the_ports_are_the_documented_ones() -> None:
    options = parse_run([])
    assert options.ports == DEFAULT_PORTS
    assert (options.detach, options.samples) == (False, True)
    assert page(options.ports) == "http://127.0.0.1:8000/"


def test_a_moved_port_reaches_the_services() -> None:
    options = parse_run(["--kafka-port", "19092", "--redis-port", "16379", "--api-port", "18000", "--detach"])
    found = load_settings(service_variables(options.ports))
    assert found.kafka_bootstrap == "127.0.0.1:19092"
    assert found.redis_url.get_secret_value() == "redis://127.0.0.1:16379/0"
    assert found.api_port == 18000
    assert options.detach


@pytest.mark.parametrize("wrong", ["0", "65536", "-1", "http"])
def test_what_is_no_port_is_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_run([f"--api-port={wrong}"])
    assert "--api-port" in capsys.readouterr().err


@pytest.mark.parametrize("edge", [1, 65535])
def test_the_outermost_ports_are_accepted(edge: int) -> None:
    assert parse_run(["--api-port", str(edge)]).ports["api"] == edge


def test_prometheus_scrapes_every_service_under_its_name() -> None:
    text = settings(DEFAULT_PORTS)
    for service in SERVICES:
        target = (
            f'- targets: ["127.0.0.1:{DEFAULT_PORTS[f"{service}-health"]}"]\n        labels: {{service: {service}}}'
        )
        assert target in text
