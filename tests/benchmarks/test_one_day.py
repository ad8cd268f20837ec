"""A day of articles through the running system and through one process: rate, memory, CPU an article, and agreement.

With KHABAR_DATA the articles are real ones, else varied samples. Ratios within one run are what counts.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from shared.settings import Settings
from shared.stream.topic_admin import create_topics
from shared.topics import DEAD, ENRICHED, NORMALIZED
from tests.benchmarks.processes import usage
from tests.chaos.articles import flowing_articles
from tests.chaos.consumers import Watching, cached, expected_versions, newest_of, versions_of
from tests.end_to_end.test_samples import decided, groups
from tests.integration.stream.conftest import worker_environment
from tests.integration.stream.echo_stage import AWAY_FILE
from tests.reading import Event, committed, committed_once_there_are, events
from tests.servers.services import Services
from tests.waiting import eventually

ARTICLES = 28_868  # one real day, 10 to 17 h
LIMIT_SECONDS = 900.0
STARTED_SECONDS = 8.0  # after which the process of a bare hop has started, and its cost is not counted


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    cpu_us: float
    peak_mib: float

    def told(self) -> str:
        return f"{self.name:<34} {self.cpu_us:>9.0f} µs {self.peak_mib:>9.0f} MiB"


@pytest.mark.timeout(3600)
async def test_a_day_of_articles(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = flowing_articles(ARTICLES)
    file = tmp_path / "articles.jsonl"
    file.write_bytes(b"\n".join(values) + b"\n")
    expected = await expected_versions(values)

    services = Services(tmp_path, settings)
    await asyncio.to_thread(services.start)
    try:
        rows, seconds = await _stream(services, settings, file, len(expected))
        records = await committed(settings, ENRICHED)
        dead = events(await committed(settings, DEAD))
        held = await cached(settings)
    finally:
        services.stop()
    in_process, row = await asyncio.to_thread(_in_process, services, tmp_path, file, len(values))
    bare = [await _bare_hop(settings, tmp_path, file, len(values), backlog=full) for full in (False, True)]

    streamed = events(records)
    with capsys.disabled():
        print(f"\n{len(values):,} articles in {seconds:.0f} s: {len(values) / seconds:.0f}/s through the whole system")
        print(*(r.told() for r in [*rows, row, *bare]), sep="\n")
        print(f"dead letters: {Counter(letter['reason'] for letter in dead)}")
        print(*sorted({letter["error"][:160] for letter in dead})[:20], sep="\n")
        _tell_agreement(streamed, in_process)
    versions = Counter((event["id"], event["revision"]["hash"]) for event in streamed)
    assert set(versions) == expected
    assert set(versions.values()) == {1}
    assert held == newest_of(records)


async def _stream(services: Services, settings: Settings, file: Path, expected: int) -> tuple[list[Row], float]:
    before = {service.server.name: usage(service.server.pid) for service in services.all}
    watching = Watching(settings, ENRICHED)
    task = asyncio.create_task(watching.run())
    started = time.monotonic()
    pushed = await asyncio.to_thread(services.khabar, "push", str(file))
    count = int(pushed.split(": ")[1].split(" ")[0].replace(",", ""))
    await watching.until(expected, LIMIT_SECONDS)
    seconds = watching.seen.arrivals[-1][0] - started
    task.cancel()
    articles = len(newest_of(watching.seen.records))

    async def cache_has_all() -> bool:
        return len(await cached(settings)) >= articles

    await eventually(cache_has_all, "the cache to hold what the topic holds", seconds=LIMIT_SECONDS)
    rows = []
    for service in services.all:
        after = usage(service.server.pid)
        used = after.cpu_seconds - before[service.server.name].cpu_seconds
        rows.append(Row(service.name, 1e6 * used / count, after.peak_mib))
    assert versions_of(watching.seen.records).total() == expected
    return rows, seconds


def _in_process(services: Services, folder: Path, file: Path, count: int) -> tuple[list[Event], Row]:
    """`khabar enrich` over the same file; starting it is taken off by a run over nothing."""
    empty = folder / "empty.jsonl"
    empty.write_bytes(b"")
    base, _ = _run_enrich(services, empty, folder / "nothing.jsonl")
    used, peak = _run_enrich(services, file, folder / "enriched.jsonl")
    found = [orjson.loads(line) for line in (folder / "enriched.jsonl").read_bytes().splitlines()]
    return found, Row("khabar enrich (all stages)", 1e6 * (used - base) / count, peak)


def _run_enrich(services: Services, file: Path, out: Path) -> tuple[float, float]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "services.cli.app", "enrich", str(file), "--rejects", str(out.with_suffix(".bad"))]
    with out.open("wb") as stream:
        subprocess.run(command, env=services.environment, stdout=stream, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss / 1024


async def _bare_hop(settings: Settings, folder: Path, file: Path, count: int, *, backlog: bool) -> Row:
    """The runtime with a stage that does nothing, over the same articles in topics of its own.

    As they are pushed, or as a backlog, when batches are full: what a batch costs is then shared by more articles.
    """
    prefix = f"{settings.topic_prefix}{'backlog' if backlog else 'flow'}."
    bare = settings.model_copy(update={"topic_prefix": prefix})
    await create_topics(bare)
    services = Services(folder, bare, {})
    environment = worker_environment(bare, folder) | {"KHABAR_LOG_LEVEL": "error"}
    hold = Path(environment["ECHO_FOLDER"]) / AWAY_FILE
    hold.touch()
    command = [sys.executable, "-m", "tests.integration.stream.echo_stage"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        await asyncio.sleep(STARTED_SECONDS)
        if backlog:
            await asyncio.to_thread(services.khabar, "push", str(file))
        before = usage(process.pid)
        hold.unlink()
        if not backlog:
            await asyncio.to_thread(services.khabar, "push", str(file))
        await committed_once_there_are(bare, NORMALIZED, count, seconds=LIMIT_SECONDS)
        after = usage(process.pid)
    finally:
        hold.unlink(missing_ok=True)
        process.terminate()
        process.wait(15)
    name = f"a hop that does nothing, {'backlog' if backlog else 'as pushed'}"
    return Row(name, 1e6 * (after.cpu_seconds - before.cpu_seconds) / count, after.peak_mib)


def _tell_agreement(streamed: list[Event], in_process: list[Event]) -> None:
    ours, theirs = decided(streamed), decided(in_process)
    differ = sum(ours[version] != theirs[version] for version in ours.keys() & theirs.keys())
    print(f"in one process: {len(theirs):,} versions, {len(ours.keys() ^ theirs.keys())} in one of the two alone")
    print(f"language, topics or countries differ in {differ}")
    stream_groups, process_groups = groups(streamed), groups(in_process)
    print(f"duplicate groups of two and more: {_many(stream_groups):,} and {_many(process_groups):,}, ", end="")
    print(f"{_many(stream_groups & process_groups):,} the same")


def _many(found: set[frozenset[str]]) -> int:
    return sum(len(group) > 1 for group in found)
