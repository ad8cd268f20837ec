"""What a process has used, read from Linux's /proc."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds (user and system), and the largest resident memory so far (MiB)."""

    cpu_seconds: float
    peak_mib: float


def usage(pid: int) -> Usage:
    """Of that process, all threads."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")
    )
    return Usage((int(after_name[11]) + int(after_name[12])) / _TICKS, int(status["VmHWM"].split()[0]) / 1024)
