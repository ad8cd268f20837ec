"""The whole system as a person starts it, in a folder and on ports of the test's own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy.local.folder import PROJECT, local_folder
from deploy.local.kafka_jars import ensure_jars
from deploy.local.options import DEFAULT_PORTS
from deploy.local.ports import HOST, free_ports
from deploy.local.stack import service_variables
from deploy.local.supervision import Supervisor

START_SECONDS = 240
STOP_SECONDS = 120
POLL_SECONDS = 0.1


class RunningStack:
    """`make run`, its output, its ports; started by `start`, ended by `interrupt`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = dict(zip(DEFAULT_PORTS, free_ports(len(DEFAULT_PORTS)), strict=True))
        self.page = f"http://{HOST}:{self.ports['api']}"
        self._output = folder / "output.txt"
        self._process: subprocess.Popen[bytes] | None = None
        _link_jars(folder)

    @property
    def environment(self) -> dict[str, str]:
        """For commands of ours that shall reach this stack."""
        return {**os.environ, **service_variables(self.ports), "KHABAR_LOCAL": str(self.folder)}

    @property
    def said(self) -> str:
        """All that the last start printed."""
        return self._output.read_text("utf-8")

    def arguments(self) -> list[str]:
        """`run` with this stack's ports."""
        options = [text for name, port in self.ports.items() for text in (f"--{name}-port", str(port))]
        return ["run", *options]

    def command(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Runs `python -m deploy.local …` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "deploy.local", *arguments],
            capture_output=True, text=True, cwd=PROJECT, env=self.environment,
        )  # fmt: skip

    def khabar(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Runs `khabar …` against this stack to its end."""
        program = Path(sys.executable).with_name("khabar")
        return subprocess.run(
            [str(program), *arguments], input=given, capture_output=True, text=True, env=self.environment
        )

    def start(self) -> None:
        """Returns when it says that it is running."""
        with self._output.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "deploy.local", *self.arguments()],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=PROJECT, env=self.environment,
            )  # fmt: skip
        until = time.monotonic() + START_SECONDS
        while "Khabar is running" not in self.said:
            assert self._process.poll() is None, self.said
            assert time.monotonic() < until, self.said
            time.sleep(POLL_SECONDS)

    def interrupt(self) -> int:
        """Ctrl-C; gives the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)  # no harm where it has ended
        return self.wait()

    def wait(self) -> int:
        """Until it ends by itself; gives the exit status."""
        assert self._process is not None
        return self._process.wait(STOP_SECONDS)

    def pids(self) -> dict[str, int]:
        """Of every program that runs."""
        return {state.name: state.pid for state in Supervisor(self.folder / "run").states()}

    def get(self, path: str) -> Any:
        """JSON from the api."""
        return self._ask(urllib.request.Request(self.page + path))

    def post(self, path: str, body: object, key: str = "") -> Any:
        """Posts JSON to the api, and gives what it answers."""
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
        return self._ask(urllib.request.Request(self.page + path, json.dumps(body).encode(), headers))

    def _ask(self, request: urllib.request.Request) -> Any:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            return json.load(answer)


def _link_jars(folder: Path) -> None:
    """Another folder than the person's, without fetching Kafka again."""
    jars = ensure_jars(local_folder())
    shutil.copytree(jars, folder / jars.name, copy_function=os.link, dirs_exist_ok=True)
