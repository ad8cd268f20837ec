"""supervisord holds every process of the stack; this starts it, asks it and ends it over its socket."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from deploy.local.failure import LocalError
from deploy.local.process import POLL_SECONDS, tail

SOCKET_PATH_MAX = 90  # bytes; the kernel takes 108 (macOS 104), and supervisord adds some while it starts
START_SECONDS = 20
STOP_SECONDS = 90  # above the sum of what its programs may take, one priority after the other


@dataclass(frozen=True, slots=True)
class State:
    """What supervisord says of one program: its state in capitals, its pid (0 when it has none), and why."""

    name: str
    state: str
    pid: int
    description: str


class Supervisor:
    """The supervisord of one folder, running or not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings_file = folder / "supervisord.conf"
        self.socket = _socket_path(folder)
        self._process: subprocess.Popen[bytes] | None = None  # where this very process started it

    def start(self, environment: Mapping[str, str]) -> None:
        """Starts supervisord from its settings file; no program yet."""
        command = [sys.executable, "-m", "supervisor.supervisord", "--configuration", str(self.settings_file)]
        output = self.folder / "supervisord.out"
        with output.open("wb") as out:
            # Its own session: Ctrl-C reaches this process alone, which then stops all in order.
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, env=environment
            )
        until = time.monotonic() + START_SECONDS
        while not self.is_running():
            if self._process.poll() is not None or time.monotonic() > until:
                raise LocalError(f"supervisord did not start:\n{tail(output)}")
            time.sleep(POLL_SECONDS)

    def is_running(self) -> bool:
        """Whether it answers, be it only that it is ending."""
        try:
            self._call("getState")
        except OSError:
            return False
        except LocalError:
            return True
        return True

    def start_program(self, name: str) -> None:
        """Tells it to start a program, `group:program` or alone, and does not wait."""
        self._call("startProcess", name, False)

    def states(self) -> list[State]:
        """Of every program, in the order of its priority."""
        return [
            State(info["name"], info["statename"], info["pid"], info["description"])
            for info in self._call("getAllProcessInfo")
        ]

    def stop(self) -> None:
        """Stops every program, last started first, then itself. Raises LocalError when that takes too long."""
        pid = int(self._call("getPID"))
        self._call("shutdown")
        until = time.monotonic() + STOP_SECONDS
        while self._is_alive(pid):
            if time.monotonic() > until:
                raise LocalError(
                    f"supervisord (pid {pid}) did not end in {STOP_SECONDS} s; its log is in {self.folder}"
                )
            time.sleep(POLL_SECONDS)

    def _is_alive(self, pid: int) -> bool:
        if self._process is not None and self._process.pid == pid:
            return self._process.poll() is None
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _call(self, method: str, *arguments: object) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self.socket}")
        try:
            return getattr(ServerProxy("http://127.0.0.1", transport=transport).supervisor, method)(*arguments)
        except HTTPException as exc:
            raise ConnectionError(f"supervisord: {exc}") from exc
        except Fault as exc:
            raise LocalError(f"supervisord refused {method}{arguments}: {exc.faultString}") from exc
        finally:
            transport.close()


def _socket_path(folder: Path) -> Path:
    path = folder / "supervisord.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_MAX:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"khabar-{os.getuid()}-{digest}.sock"
