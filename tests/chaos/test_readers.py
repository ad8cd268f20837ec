"""`make chaos`: 200 readers while the api is killed, Redis dies and the cache is rebuilt; none misses an article."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import orjson
import pytest

from shared.settings import Settings
from shared.topics import AGENTS, ENRICHED
from tests.chaos.articles import flowing_articles
from tests.chaos.consumers import Watching, expected_versions
from tests.chaos.faults import Chaos, Plan
from tests.chaos.readers import Got, Revision, follow_feed, poll, read_stream
from tests.chaos.run import DRAIN_SECONDS, chaos_settings, push_evenly
from tests.servers import kafka_server, redis_server
from tests.servers.services import API, Services

ARTICLES = int(os.environ.get("READERS_ARTICLES", "20000"))
ARTICLES_A_SECOND = 60
READERS = (("stream", read_stream, 120), ("cursor", poll, 50), ("feed", follow_feed, 30))
PLAN = Plan(kills=8, stops=0, stop_seconds=0, pause_seconds=ARTICLES / ARTICLES_A_SECOND / 12, kafka=False)
QUIET_SECONDS = 90  # without anything new for any reader: longer than a feed's walk to its end on a busy machine


@pytest.mark.timeout(2400)
async def test_no_reader_misses_an_article_or_gets_one_again_untold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kafka, redis = kafka_server(tmp_path / "kafka"), redis_server(tmp_path / "redis")
    settings = chaos_settings(kafka.bootstrap, redis.url)
    services = Services(tmp_path, settings, {**{stage.name: 1 for stage in AGENTS}, API: 1}, KHABAR_API_STREAMS="0")
    (tmp_path / "second").mkdir()
    second = Services(tmp_path / "second", settings, {API: 1}, KHABAR_API_STREAMS="0")
    try:
        for each in (services, second):
            await asyncio.to_thread(each.start)
        apis = [service for service in [*services.all, *second.all] if service.name == API]
        chaos = Chaos(PLAN, apis, redis.server, kafka.server, seed=3)
        published, readers = await _run(settings, services, [services.page, second.page], chaos)
    finally:
        services.stop()
        second.stop()
        redis.server.stop()
        kafka.server.stop()

    with capsys.disabled():
        print(f"\n{len(published):,} revisions published; {', '.join(fault.what for fault in chaos.done)}")
        for kind, _, _ in READERS:
            of_kind = [got for got in readers if got.kind == kind]
            told, again = sum(got.resumed for got in of_kind), sum(got.told_repeats for got in of_kind)
            print(f"  {len(of_kind)} by {kind}: told {told} times that articles may come again, {again} came")
    lacking = [got for got in readers if not _has_all(got, published)]
    assert not lacking, [(got.kind, len(published - got.revisions), got.resumed) for got in lacking]
    assert not [got.revisions - published for got in readers if not got.revisions <= published]
    assert sum(got.untold_repeats for got in readers) == 0


async def _run(
    settings: Settings, services: Services, pages: Sequence[str], chaos: Chaos
) -> tuple[set[Revision], list[Got]]:
    values = flowing_articles(ARTICLES)
    expected = await expected_versions(values)
    watching = Watching(settings, ENRICHED)
    tasks = [asyncio.create_task(watching.run()), asyncio.create_task(chaos.supervise())]
    try:
        async with _readers(pages, services.key("read")) as readers:
            seconds = ARTICLES / ARTICLES_A_SECOND
            await asyncio.gather(
                push_evenly(settings, values, seconds), chaos.run(), _rebuild_later(services, seconds * 0.9)
            )
            await watching.until(len(expected), DRAIN_SECONDS)
            published = {_revision(record.value) for record in watching.seen.records}
            await _caught_up(readers, published)
            return published, readers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _caught_up(readers: Sequence[Got], published: set[Revision]) -> None:
    """Returns when all have all, or when none has got anything new for a while: the rest will not come."""
    newest, quiet = 0, 0
    while quiet < QUIET_SECONDS and not all(_has_all(got, published) for got in readers):
        await asyncio.sleep(1)
        have = sum(len(got.revisions) for got in readers)
        newest, quiet = have, 0 if have > newest else quiet + 1


def _has_all(got: Got, published: set[Revision]) -> bool:
    """A feed gives the newest revision of each article, so that who polls it may not see those between."""
    if got.kind == "feed":
        return {article for article, _ in got.revisions} >= {article for article, _ in published}
    return got.revisions >= published


async def _rebuild_later(services: Services, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await asyncio.to_thread(services.khabar, "rebuild", "cache")


@asynccontextmanager
async def _readers(pages: Sequence[str], key: str) -> AsyncIterator[list[Got]]:
    """All readers at work; fails with what failed in one of them."""
    headers = {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"}
    timeout = aiohttp.ClientTimeout(total=None, sock_read=60, connect=20)
    readers: list[Got] = []
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout, connector=connector) as session:
        tasks = []
        for kind, reads, count in READERS:
            for _ in range(count):
                readers.append(Got(kind))
                tasks.append(asyncio.create_task(reads(session, pages, random.Random(len(readers)), readers[-1])))
        try:
            yield readers
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _revision(value: bytes) -> Revision:
    article = orjson.loads(value)
    return article["id"], article["revision"]["number"]
