"""Lines of a JSON lines file, plain or gzipped, or of standard input, with their numbers."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import typer

STDIN = "-"
GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end; `read` is how many bytes of the file (compressed, where it is) have been read."""

    number: int
    value: bytes
    read: int


def total_bytes(name: str) -> int | None:
    """The file's size, for a progress bar; None for standard input. Raises as `lines_of` does."""
    try:
        return None if name == STDIN else Path(name).stat().st_size
    except OSError as exc:
        raise _unreadable(name, exc) from exc


def lines_of(name: str, *, skip: int = 0) -> Iterator[Line]:
    """Every line that is not blank, after the first `skip` lines. Raises typer.BadParameter where it cannot be read."""
    try:
        if name == STDIN:
            yield from _numbered(sys.stdin.buffer, sys.stdin.buffer, skip)
            return
        with Path(name).open("rb") as file:
            zipped = file.peek(2)[:2] == GZIP_MAGIC
            lines = gzip.GzipFile(fileobj=file) if zipped else file
            yield from _numbered(lines, file, skip)
    except (OSError, EOFError, zlib.error) as exc:
        raise _unreadable(name, exc) from exc


def _unreadable(name: str, exc: Exception) -> typer.BadParameter:
    return typer.BadParameter(f"{name} cannot be read: {getattr(exc, 'strerror', None) or exc}")


def _numbered(lines: Iterable[bytes], file: IO[bytes], skip: int) -> Iterator[Line]:
    read = 0
    seekable = file.seekable()
    for number, value in enumerate(lines, start=1):
        read = file.tell() if seekable else read + len(value)
        if number > skip and (stripped := value.strip()):
            yield Line(number, stripped, read)
