"""`khabar enrich FILE`: raw JSON lines in, enriched JSON lines out, by the same stages as the stream's."""

from __future__ import annotations

import asyncio
import base64
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Annotated

import typer

from services.cli.inputs import STDIN, Line, lines_of
from services.cli.results import PARTITION, TOPIC, Refused, line_coordinates
from shared.clock import rfc3339, system_clock
from shared.contracts import DeadLetter, RawArticle, decode_raw, encode
from shared.outcomes import Poison, PoisonError, Publish, Received
from shared.settings import load_settings
from shared.topics import NORMALIZER

BATCH = 200  # articles: enough for the classifier's vectors, and few enough for output to follow input closely


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def enrich(
        file: Annotated[str, typer.Argument(help="JSON lines, plain or gzipped; - for standard input")] = STDIN,
        rejects: Annotated[Path | None, typer.Option(help="file for the refused lines, as dead letters")] = None,
    ) -> None:
        """Enrich without Kafka or Redis: JSON lines to standard output; exit status 1 if any was refused."""
        with ExitStack() as files:
            refused = files.enter_context(rejects.open("wb")) if rejects else None
            counts = asyncio.run(_Enrich(sys.stdout.buffer, refused).run(file))
        typer.echo(counts.told(), err=True)
        raise typer.Exit(1 if counts.refused else 0)


@dataclass(slots=True)
class _Counts:
    enriched: int = 0
    unchanged: int = 0
    refused: int = 0
    seconds: float = 0.0

    def told(self) -> str:
        rate = (self.enriched + self.unchanged + self.refused) / max(self.seconds, 1e-9)
        return f"{self.enriched:,} enriched, {self.unchanged:,} unchanged, {self.refused:,} refused, {rate:,.0f}/s"


class _Enrich:
    def __init__(self, out: IO[bytes], rejects: IO[bytes] | None) -> None:
        self._out, self._rejects = out, rejects
        from services.cli.in_process import InProcess  # loads every stage's model, which no other command needs

        self._stages = InProcess(load_settings())
        self._counts = _Counts()

    async def run(self, file: str) -> _Counts:
        started = time.monotonic()
        for lines in _in_batches(lines_of(file)):
            await self._enrich(lines)
            self._out.flush()
        self._counts.seconds = time.monotonic() - started
        return self._counts

    async def _enrich(self, lines: list[Line]) -> None:
        accepted: list[tuple[Line, Received[RawArticle]]] = []
        for line in lines:
            try:
                received = Received(decode_raw(line.value), line_coordinates(line.number), int(1000 * system_clock()))
            except PoisonError as exc:
                self._refuse(line, Refused(NORMALIZER.name, Poison(exc.reason, exc.error)))
            else:
                accepted.append((line, received))
        if not accepted:
            return
        results = await self._stages.enrich([received for _, received in accepted])
        for (line, _), result in zip(accepted, results, strict=True):
            if isinstance(result, Refused):
                self._refuse(line, result)
            elif isinstance(result, Publish):
                self._counts.enriched += 1
                self._out.write(encode(result.article) + b"\n")
            else:
                self._counts.unchanged += 1

    def _refuse(self, line: Line, refused: Refused) -> None:
        self._counts.refused += 1
        if self._rejects is None:
            typer.echo(f"line {line.number}: {refused.poison.error}", err=True)
            return
        letter = DeadLetter(
            stage=refused.stage,
            reason=refused.poison.reason.value,
            error=refused.poison.error,
            topic=TOPIC,
            partition=PARTITION,
            offset=line.number,
            time=rfc3339(system_clock()),
            value=base64.b64encode(line.value).decode(),
        )
        self._rejects.write(encode(letter) + b"\n")


def _in_batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    iterator = iter(lines)
    while batch := list(islice(iterator, BATCH)):
        yield batch
