"""`khabar push FILE`: JSON lines of raw articles to Kafka, each acknowledged before it counts as pushed."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from services.cli.inputs import Line, lines_of, total_bytes
from shared.contracts import RawArticle, decode_raw
from shared.outcomes import PoisonError
from shared.settings import Settings, load_settings
from shared.stream.connection import raw_producer
from shared.stream.headers import raw_headers
from shared.stream.raw_records import raw_key, refuse_too_large
from shared.stream.topic_admin import TopicsError, faults, topic_states
from shared.topics import RAW

IN_FLIGHT = 2_000  # records sent and not yet acknowledged
SHOWN_ERRORS = 20
ACKNOWLEDGE_SECONDS = 120.0  # a broker that restarts is back sooner
STOP_SECONDS = 5.0


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def push(
        file: Annotated[str, typer.Argument(help="JSON lines, plain or gzipped; - for standard input")],
        skip: Annotated[
            int, typer.Option(min=0, help="leave out the first N lines: to go on where a push stopped")
        ] = 0,
        unchecked: Annotated[
            bool, typer.Option(help="send also what the contract refuses, as a producer of another kind would")
        ] = False,
    ) -> None:
        """Push raw articles; exit status 1 if any line was refused."""
        report = asyncio.run(_Push(load_settings(), unchecked=unchecked).run(file, skip))
        raise typer.Exit(1 if report.refused else 0)


@dataclass(slots=True)
class _Report:
    pushed: int = 0
    refused: int = 0
    last_line: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def rate(self) -> float:
        return self.pushed / max(time.monotonic() - self.started, 1e-9)


class _Push:
    def __init__(self, settings: Settings, *, unchecked: bool) -> None:
        self._settings, self._unchecked = settings, unchecked
        self._topic = settings.topic(RAW.name)
        self._report = _Report()
        self._errors = Console(stderr=True)
        self._sent: deque[tuple[int, asyncio.Future[Any]]] = deque()  # line number, delivery

    async def run(self, file: str, skip: int) -> _Report:
        if wrong := faults(await topic_states(self._settings)):
            raise TopicsError("; ".join(wrong))
        self._report.last_line = skip
        producer = raw_producer(self._settings)
        await producer.start()
        try:
            await self._push_lines(producer, file, skip)
        except (KafkaError, TimeoutError) as exc:
            resume = f"khabar push --skip {self._report.last_line} {file}"
            raise TopicsError(
                f"Kafka does not acknowledge ({exc or type(exc).__name__}); go on with: {resume}"
            ) from exc
        finally:
            with suppress(TimeoutError):
                await asyncio.wait_for(producer.stop(), STOP_SECONDS)
        self._tell(file)
        return self._report

    async def _push_lines(self, producer: AIOKafkaProducer, file: str, skip: int) -> None:
        with self._progress(file) as progress:
            for line in lines_of(file, skip=skip):
                try:
                    await self._send(producer, line)
                except PoisonError as exc:
                    self._refuse(line, exc.error)
                await self._acknowledge(down_to=IN_FLIGHT)
                progress(line)
            await self._acknowledge(down_to=0)

    async def _send(self, producer: AIOKafkaProducer, line: Line) -> None:
        """One after the other, for two versions of an article must arrive in the order of their lines."""
        article = self._checked(line)
        refuse_too_large(line.value)
        key = raw_key(article) if article else None
        headers = raw_headers(article.source if article else "khabar/push")
        async with asyncio.timeout(ACKNOWLEDGE_SECONDS):
            delivery = await producer.send(self._topic, line.value, key, headers=headers)
        self._sent.append((line.number, delivery))

    async def _acknowledge(self, down_to: int) -> None:
        while len(self._sent) > down_to:
            number, delivery = self._sent.popleft()
            await asyncio.wait_for(delivery, ACKNOWLEDGE_SECONDS)
            self._report.pushed += 1
            self._report.last_line = number

    def _checked(self, line: Line) -> RawArticle | None:
        try:
            return decode_raw(line.value)
        except PoisonError:
            if self._unchecked:
                return None
            raise

    def _refuse(self, line: Line, error: str) -> None:
        self._report.refused += 1
        if self._report.refused <= SHOWN_ERRORS:
            self._errors.print(f"line {line.number}: {error}", markup=False, highlight=False, soft_wrap=True)
        elif self._report.refused == SHOWN_ERRORS + 1:
            self._errors.print("further refused lines are counted, not shown")

    def _tell(self, file: str) -> None:
        report = self._report
        refused = f", {report.refused:,} refused" if report.refused else ""
        typer.echo(f"{file}: {report.pushed:,} articles pushed to {self._topic} at {report.rate:,.0f}/s{refused}")

    @contextmanager
    def _progress(self, file: str) -> Iterator[Callable[[Line], None]]:
        columns = (TextColumn("{task.fields[pushed]} pushed, {task.fields[rate]}/s"), BarColumn(), TaskProgressColumn())
        console = Console(stderr=True)
        with Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task("push", total=total_bytes(file), pushed="0", rate="0")

            def progress(line: Line) -> None:
                report = self._report
                bar.update(task, completed=line.read, pushed=f"{report.pushed:,}", rate=f"{report.rate:,.0f}")

            yield progress
