"""The one ignored folder that holds all that the local stack fetches, writes and remembers."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
VARIABLE = "KHABAR_LOCAL"


def local_folder() -> Path:
    """`.local` in the project, or what the environment variable KHABAR_LOCAL says; made when missing."""
    folder = Path(os.environ.get(VARIABLE) or PROJECT / ".local").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Holds a lock file, waiting for any other process that has it."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
