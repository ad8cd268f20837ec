"""What the local stack consists of: one list of programs, from the chosen ports."""

from __future__ import annotations

import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.kafka import Broker
from deploy.local.options import SERVICES
from deploy.local.ports import HOST
from deploy.local.programs import FIRST, LAST, SECOND, SERVER_STOP_SECONDS, SERVICE_STOP_SECONDS, Program
from deploy.local.prometheus import write_settings
from deploy.local.redis import RedisServer

PROBE_SECONDS = 2.0
KHABAR = Path(sys.executable).with_name("khabar")


def service_variables(ports: Mapping[str, int]) -> dict[str, str]:
    """The KHABAR_ variables that lead a process of ours to this stack."""
    return {
        "KHABAR_KAFKA_BOOTSTRAP": f"{HOST}:{ports['kafka']}",
        "KHABAR_REDIS_URL": f"redis://{HOST}:{ports['redis']}/0",
        "KHABAR_API_HOST": HOST,
        "KHABAR_API_PORT": str(ports["api"]),
    }


def page(ports: Mapping[str, int]) -> str:
    """The address of the web page."""
    return f"http://{HOST}:{ports['api']}/"


def kafka(folder: Path, ports: Mapping[str, int], jars: Path) -> Program:
    """The broker, its files written."""
    broker = Broker(folder / "kafka", ports["kafka"], ports["controller"], jars)
    broker.prepare()
    # Empty: what a person set for other Java programs must not reach this one.
    no_options = dict.fromkeys(("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"), "")
    return Program(
        "kafka", broker.command(), broker.bootstrap, broker.is_ready, FIRST, SERVER_STOP_SECONDS, no_options
    )  # fmt: skip


def redis(folder: Path, ports: Mapping[str, int]) -> Program:
    """Redis, its files written."""
    server = RedisServer(folder / "redis", ports["redis"])
    server.prepare()
    return Program("redis", server.command(), server.url, server.is_ready, SECOND, SERVER_STOP_SECONDS)


def services(ports: Mapping[str, int]) -> list[Program]:
    """Every service of Khabar."""
    return [_service(name, ports) for name in SERVICES]


def _service(name: str, ports: Mapping[str, int]) -> Program:
    health = f"http://{HOST}:{ports[f'{name}-health']}"
    variables = {**service_variables(ports), "KHABAR_HEALTH_HOST": HOST, "KHABAR_HEALTH_PORT": health.split(":")[-1]}
    return Program(
        name, [str(KHABAR), "serve", name], f"{health}/metrics", _answers(f"{health}/ready"), LAST,
        SERVICE_STOP_SECONDS, variables,
    )  # fmt: skip


def prometheus(folder: Path, ports: Mapping[str, int]) -> Program | None:
    """Prometheus over every service, its files written; None where it is not installed."""
    program = shutil.which("prometheus")
    if program is None:
        return None
    home = folder / "prometheus"
    settings = write_settings(home, ports)
    address = f"{HOST}:{ports['prometheus']}"
    command = [program, f"--config.file={settings}", f"--storage.tsdb.path={home / 'data'}",
               f"--web.listen-address={address}"]  # fmt: skip
    ready = _answers(f"http://{address}/-/ready")
    return Program("prometheus", command, f"http://{address}/", ready, SECOND, SERVER_STOP_SECONDS)


def _answers(url: str) -> Callable[[], bool]:
    # Whatever proxy the person uses for the world, loopback is asked directly.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def answers() -> bool:
        try:
            with opener.open(url, timeout=PROBE_SECONDS) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return answers
