"""One server as a process of ours: started in a session of its own, logged to a file, waited for, stopped by pid."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.local.failure import LocalError

POLL_SECONDS = 0.05
LOG_LINES, LOG_COLUMNS = 15, 300  # a traceback in JSON is one line of many thousand


class Server:
    """A program that can be started, killed and started again."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        *,
        is_ready: Callable[[], bool],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self._command = list(command)
        self._is_ready = is_ready
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the running process."""
        if self._process is None:
            raise LocalError(f"{self.name} was not started")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process is alive, ready or not."""
        return self._process is not None and self._process.poll() is None

    def start(self, *, timeout_seconds: float = 60) -> None:
        """Starts it and returns when it is ready. Raises LocalError with the end of its log when it is not in time."""
        self.launch()
        self.wait_ready(timeout_seconds=timeout_seconds)

    def launch(self) -> None:
        """Starts it and returns at once."""
        with self.log.open("ab") as out:
            # Its own session: the terminal's Ctrl-C goes to whoever stops the servers in order, not to them.
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
                env=self._environment,
            )  # fmt: skip

    def wait_ready(self, *, timeout_seconds: float) -> None:
        """Returns when it is ready. Raises LocalError with the end of its log when it is not in time."""
        try:
            self._wait_until_ready(timeout_seconds)
        except BaseException:  # Ctrl-C too: who was never given a running server cannot stop it
            self.kill()
            raise

    def _wait_until_ready(self, timeout_seconds: float) -> None:
        until = time.monotonic() + timeout_seconds
        while not self._is_ready():
            if not self.is_running:
                raise LocalError(f"{self.name} stopped at once:\n{tail(self.log)}")
            if time.monotonic() > until:
                raise LocalError(f"{self.name} was not ready after {timeout_seconds:.0f} s:\n{tail(self.log)}")
            time.sleep(POLL_SECONDS)

    def kill(self) -> None:
        """kill -9, as a power cut would; returns when the process is gone."""
        self._end(signal.SIGKILL)

    def terminate(self) -> None:
        """SIGTERM; returns at once."""
        os.kill(self.pid, signal.SIGTERM)

    def stop(self, *, timeout_seconds: float = 20) -> None:
        """SIGTERM, and kill -9 when that is not enough in time."""
        try:
            self._end(signal.SIGTERM, timeout_seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def pause(self) -> None:
        """SIGSTOP: alive, but deaf."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT after a pause."""
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, how: signal.Signals, timeout_seconds: float | None = None) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout_seconds)


def tail(log: Path, lines: int = LOG_LINES) -> str:
    """The last lines of a log, indented for showing below a sentence."""
    if not log.exists():
        return f"  (no log in {log})"
    said = log.read_text("utf-8", "replace").splitlines()[-lines:]
    cut = [line if len(line) <= LOG_COLUMNS else line[:LOG_COLUMNS] + " …" for line in said]
    return "\n".join(["  " + line for line in cut] + [f"  (all of it: {log})"])
