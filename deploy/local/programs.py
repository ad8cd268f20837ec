"""The programs of the stack as supervisord is told of them: what starts first stops last."""

from __future__ import annotations

import resource
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# supervisord starts by rising priority and stops by falling priority, a group at a time.
FIRST, SECOND, LAST = 10, 20, 30
SERVICE_STOP_SECONDS = 12  # they promise to leave within 10 s of SIGTERM
SERVER_STOP_SECONDS = 30  # Kafka closes its logs, Redis writes its last second
UP_SECONDS = 3  # a program that ends sooner failed to start, and the next try waits a second longer than this one
FILES = 4096  # open files; Kafka holds some ten for each partition


@dataclass(frozen=True, slots=True)
class Program:
    """One process: its name, its command, where it says that it is ready, and when it stops."""

    name: str
    command: Sequence[str]
    address: str
    is_ready: Callable[[], bool]
    priority: int
    stop_seconds: int
    environment: Mapping[str, str] = field(default_factory=dict)

    def section(self, logs: Path) -> str:
        """Its part of supervisord's settings."""
        pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in self.environment.items())
        return f"""
[program:{self.name}]
command={_escaped(shlex.join(self.command))}
environment={pairs}
directory={_escaped(str(logs))}
priority={self.priority}
autostart=false
autorestart=true
startsecs={UP_SECONDS}
startretries=1000
stopwaitsecs={self.stop_seconds}
stopasgroup=false
killasgroup=true
redirect_stderr=true
stdout_logfile={_escaped(str(log_of(logs, self.name)))}
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=1
"""


def log_of(logs: Path, program: str) -> Path:
    """Where a program's output goes."""
    return logs / f"{program}.log"


def supervisor_settings(folder: Path, socket: Path, programs: Sequence[Program]) -> str:
    """The whole of supervisord's settings file; services form one group, so that they stop together."""
    services = ",".join(program.name for program in programs if program.priority == LAST)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    files = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    sections = "".join(program.section(folder) for program in programs)
    return f"""\
; Written anew at each start.
[unix_http_server]
file={_escaped(str(socket))}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisord]
nodaemon=true
silent=true
identifier=khabar
pidfile={_escaped(str(folder / "supervisord.pid"))}
logfile={_escaped(str(folder / "supervisord.log"))}
logfile_maxbytes=5MB
logfile_backups=1
childlogdir={_escaped(str(folder))}
minfds={files}
{sections}
[group:services]
programs={services}
priority={LAST}
"""


def _escaped(text: str) -> str:
    return text.replace("%", "%%")
