"""What the api answers a second beside a bare hello of the same server, and how long a thousand streams wait.

Needs `wrk`. With KHABAR_DATA the articles have the texts of real ones, else of samples. Api, Redis, Kafka and the
clients share the machine's cores; the ratios within one run are what counts.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis

from deploy.local.ports import HOST, free_ports
from deploy.local.process import Server
from services.cache.stage import Cache
from shared.contracts import EnrichedArticle, RawArticle, decode_raw, encode
from shared.redis import connect
from shared.settings import Settings
from shared.stream.connection import raw_producer
from shared.stream.partitioner import partitions_of
from shared.topics import ENRICHED
from tests.articles import enriched
from tests.benchmarks.processes import usage
from tests.chaos.articles import flowing_articles
from tests.integration.cache.arrivals import Arrivals
from tests.servers.services import API, Services, fetch

ARTICLES = 10_000
AT_ONCE = 100
SECONDS = 6
CONNECTIONS = 32
READERS, ARTICLES_A_SECOND, STREAM_SECONDS = 1_000, 100, 30
TICKS_A_SECOND = 10
LANGUAGES, TOPICS, COUNTRIES = ("ar", "en", "fr"), ("pol", "spo", "cwp", "wea"), ("SY", "LB", "EG", "RU", "FR")


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk measured of one address."""

    requests_a_second: float
    p99_ms: float


@pytest.mark.timeout(1800)
async def test_requests_and_streams(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if shutil.which("wrk") is None:
        pytest.skip("wrk is not installed: apt-get install wrk")
    services = Services(tmp_path, settings, {"cache": 1, API: 1})
    hello_url, hello = _hello(tmp_path)
    redis = connect(settings)
    try:
        await asyncio.to_thread(services.start)
        await asyncio.to_thread(hello.start)
        a_body, an_article = await _fill(redis, settings)
        told = [f"an article takes {a_body:.0f} B of JSON, and {an_article:.0f} B of Redis in all"]
        told += await asyncio.to_thread(_requests, services.page, hello_url, tmp_path)
        told += await _streams(services, settings)
    finally:
        hello.stop()
        services.stop()
        await redis.aclose()
    with capsys.disabled():
        print("", *told, sep="\n")


def _hello(folder: Path) -> tuple[str, Server]:
    (port,) = free_ports(1)
    url = f"http://{HOST}:{port}/"
    command = [sys.executable, "-m", "tests.benchmarks.hello_server", str(port)]
    return url, Server("hello", command, folder / "hello.log", is_ready=lambda: fetch(url)[0] == 200)


# -- articles ------------------------------------------------------------------------------------------------------


async def _fill(redis: Redis, settings: Settings) -> tuple[float, float]:
    """Fills the cache; gives the mean bytes of an article as JSON, and of Redis for each."""
    articles = list(itertools.islice(_articles("stored"), ARTICLES))
    arrivals = Arrivals(Cache(redis, settings), partition=1_000)
    before = (await redis.info("memory"))["used_memory"]
    for at in range(0, ARTICLES, AT_ONCE):
        await arrivals.apply(*articles[at : at + AT_ONCE])
    after = (await redis.info("memory"))["used_memory"]
    return sum(len(encode(article)) for article in articles) / ARTICLES, (after - before) / ARTICLES


def _articles(name: str) -> Iterator[EnrichedArticle]:
    raw = [decode_raw(value) for value in flowing_articles(ARTICLES)]
    for number, article in enumerate(itertools.cycle(raw)):
        yield _enriched(f"{name}/{number}", article, number)


def _enriched(name: str, article: RawArticle, number: int) -> EnrichedArticle:
    return enriched(
        name,
        title=article.title or "Untitled",
        text=article.text or "Nothing but a title.",
        source=f"Paper {number % 97}",
        language=LANGUAGES[number % len(LANGUAGES)],
        topics=(TOPICS[number % len(TOPICS)],),  # type: ignore[arg-type]
        countries=(COUNTRIES[number % len(COUNTRIES)],),
        metadata={"sent": str(time.time_ns())},
    )


# -- requests ------------------------------------------------------------------------------------------------------


def _requests(page: str, hello: str, folder: Path) -> list[str]:
    some = next(_articles("stored")).id
    addresses = {
        "hello": hello,
        "one article": f"{page}/v1/articles/{some}",
        "page of 50": f"{page}/v1/articles?limit=50",
        "page of 50, three filters": f"{page}/v1/articles?limit=50&language=ar&topic=pol&country=SY",
        "feed of 20, warm": f"{page}/v1/feed.json",
        "feed of 20, cold": f"{page}/v1/feed.json?before=CURSOR",
        "the wire": f"{page}/",
    }
    base: Load | None = None
    told = []
    for name, url in addresses.items():
        load = _wrk_cold(url, page, folder) if "CURSOR" in url else _wrk(url)
        base = base or load
        share = load.requests_a_second / base.requests_a_second
        rate = f"{load.requests_a_second:>8.0f} req/s {share:>6.3f} of hello"
        told.append(f"{name:<28} {rate}  p99 {load.p99_ms:.0f} ms")
    return told


def _wrk(url: str, *more: str) -> Load:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout=20s", "--latency", *more, url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said, said
    assert "Socket errors" not in said, said
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    assert rate, said
    assert p99, said
    return Load(float(rate[1]), float(p99[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[p99[2]])


def _wrk_cold(url: str, page: str, folder: Path) -> Load:
    """Each request another page of the feed, so that none was kept."""
    cursors: list[str] = []
    following: str | None = f"{page}/v1/articles?limit=20"
    while following and len(cursors) < ARTICLES // 20 - 1:
        answer = subprocess.run(["curl", "-sI", following], capture_output=True, text=True, check=True).stdout
        link = re.search(r'<([^>]*)>; rel="next"', answer)
        following = None
        if link and (cursor := re.search(r"before=([^&>]+)", link[1])):
            cursors.append(cursor[1])
            following = f"{page}/v1/articles?limit=20&before={cursor[1]}"
    path = urlsplit(url).path
    script = folder / "pages.lua"
    listed = ", ".join(f'"{cursor}"' for cursor in cursors)
    script.write_text(
        f"local c = {{{listed}}}; local i = 0\n"
        f'request = function() i = i % #c + 1; return wrk.format("GET", "{path}?before=" .. c[i]) end\n'
    )
    return _wrk(url.replace("CURSOR", cursors[0]), "-s", str(script))


# -- streams -------------------------------------------------------------------------------------------------------


async def _streams(services: Services, settings: Settings) -> list[str]:
    (api,) = [service.server for service in services.all if service.name == API]
    port = str(urlsplit(services.page).port)
    before = usage(api.pid)
    readers = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.stream_readers", port, str(READERS), str(STREAM_SECONDS + 10)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert readers.stdout is not None
    assert await readers.stdout.readline() == b"connected\n"
    await asyncio.sleep(2)
    count = await _publish(settings)
    least, most, p50, p99 = (await readers.stdout.read()).split()
    await readers.wait()
    after = usage(api.pid)
    cpu_us = 1e6 * (after.cpu_seconds - before.cpu_seconds) / count / READERS
    return [
        f"{READERS:,} streams at {ARTICLES_A_SECOND} articles a second: {int(least):,} to {int(most):,} of {count:,} "
        f"came to each reader that measured; from Kafka to reader p50 {int(p50)} ms, p99 {int(p99)} ms",
        f"a reader takes {1024 * (after.peak_mib - before.peak_mib) / READERS:.0f} KiB of the api, "
        f"a delivery {cpu_us:.1f} µs of its processor time",
    ]


async def _publish(settings: Settings) -> int:
    """Sends finished articles to Kafka at an even pace, as the deduplicator would."""
    producer = raw_producer(settings)
    await producer.start()
    articles = _articles("live")
    loop = asyncio.get_running_loop()
    started, ticks = loop.time(), STREAM_SECONDS * TICKS_A_SECOND
    try:
        for tick in range(ticks):
            part = list(itertools.islice(articles, ARTICLES_A_SECOND // TICKS_A_SECOND))
            ids = [article.id.encode() for article in part]
            where = partitions_of(ids, settings.partitions)
            for article, key, partition in zip(part, ids, where, strict=True):
                await producer.send(settings.topic(ENRICHED.name), encode(article), key, partition=partition)
            await asyncio.sleep(max(0.0, started + (tick + 1) / TICKS_A_SECOND - loop.time()))
    finally:
        await producer.stop()
    return ARTICLES_A_SECOND * STREAM_SECONDS
