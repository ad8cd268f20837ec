from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

import services.api.stream
from services.api.app import create_api
from services.api.protection import Protection
from services.api.server import ApiServer
from services.cache.stage import Cache
from shared.metrics import REGISTRY
from shared.redis import connect
from shared.settings import Settings, load_settings
from tests.articles import copy_of, enriched
from tests.integration.api.conftest import Running, start
from tests.integration.api.events import stream
from tests.integration.api.waiting import until
from tests.integration.cache.arrivals import Arrivals
from tests.servers import redis_server
from tests.servers.starting import RedisUnderTest

pytestmark = pytest.mark.integration


def ids(names: str) -> list[str]:
    return [enriched(name).id for name in names]


def open_streams() -> float:
    return REGISTRY.get_sample_value("khabar_stream_readers") or 0.0


async def until_streams(count: int) -> None:
    await until(lambda: open_streams() == count)


async def test_an_article_comes_as_it_arrives(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    await arrivals.apply(enriched("before"))
    async with stream(client) as events:
        await arrivals.apply(enriched("a"), enriched("b"))
        assert await events.articles(2) == ids("ab")
        assert events.last_id == events.seen[-1].last_id != events.seen[0].last_id
        assert 2_000 <= events.retry_ms <= 6_000


async def test_a_reader_that_comes_back_misses_nothing_and_gets_nothing_twice(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    async with stream(client) as events:
        await arrivals.apply(enriched("a"), enriched("b"))
        await events.articles(1)
        last_id = events.seen[0].last_id
    await arrivals.apply(enriched("c"))
    async with stream(client, last_id=last_id) as events:
        assert await events.articles(2) == ids("bc")
        await arrivals.apply(enriched("d"))
        assert await events.articles(1) == ids("d")


async def test_since_and_pages_and_last_event_id_are_one_cursor(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    await arrivals.apply(enriched("a"))
    cursor = (await client.get("/v1/articles")).json()["cursor"]
    await arrivals.apply(enriched("b"), enriched("c"))
    async with stream(client, f"?since={cursor}") as events:
        assert await events.articles(1) == ids("b")
        last_id = events.last_id
    assert [a["id"] for a in (await client.get("/v1/articles", params={"since": last_id})).json()["articles"]] == ids(
        "c"
    )
    async with stream(client, f"?since={cursor}", last_id=last_id) as events:
        assert await events.articles(1) == ids("c")


async def test_a_long_backlog_joins_what_is_live_without_a_seam(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    old = [enriched(f"old{number}") for number in range(350)]
    new = [enriched(f"new{number}") for number in range(150)]
    await arrivals.apply(*old)
    async with stream(client, "?since=0") as events:
        reading = asyncio.create_task(events.articles(len(old) + len(new)))
        for at in range(0, len(new), 10):
            await arrivals.apply(*new[at : at + 10])
            await asyncio.sleep(0)
        assert await reading == [article.id for article in (*old, *new)]


async def test_filters_hold_for_what_was_and_for_what_comes(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    first = enriched("a", language="ar")
    await arrivals.apply(first, enriched("b"), enriched("c", language="ar", duplicate=copy_of(first)))
    async with stream(client, "?since=0&language=ar&duplicates=hide") as events:
        assert await events.articles(1) == ids("a")
        await arrivals.apply(enriched("d"), enriched("e", language="ar", duplicate=copy_of(first)))
        await arrivals.apply(enriched("f", language="ar"))
        assert await events.articles(1) == ids("f")


async def test_every_revision_comes(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    async with stream(client) as events:
        await arrivals.apply(enriched("a"), enriched("a", number=2))
        await events.articles(2)
    assert [event.data["revision"]["number"] for event in events.seen] == [1, 2]
    async with stream(client, "?since=0") as events:
        await events.articles(2)
    assert [event.data["revision"]["number"] for event in events.seen] == [1, 2]


async def test_a_heartbeat_moves_a_narrow_readers_cursor_and_fires_nothing(
    client: httpx.AsyncClient, arrivals: Arrivals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.api.stream, "HEARTBEAT_SECONDS", 0.2)
    async with stream(client, "?language=fr") as events:
        await arrivals.apply(enriched("a"))
        newest = (await client.get("/v1/articles")).json()["cursor"]
        async for line in events.lines:
            if line == f"id: {newest}":
                break
        assert not events.seen


async def test_a_reader_that_leaves_is_forgotten(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    before = open_streams()
    async with stream(client):
        await until_streams(int(before) + 1)
    await until_streams(int(before))
    await arrivals.apply(enriched("a"))
    assert (await client.get("/v1/articles")).status_code == 200


async def test_a_reader_that_leaves_in_a_long_backlog_does_not_hang_the_process(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    await arrivals.apply(*(enriched(str(number), text="word " * 2000) for number in range(300)))
    before = open_streams()
    async with stream(client, "?since=0") as events:
        await events.articles(1)
    await until_streams(int(before))
    assert (await client.get("/v1/articles?limit=1")).status_code == 200


async def test_a_reader_that_takes_nothing_is_cut_off(
    api_settings: Settings, arrivals: Arrivals, running: Running
) -> None:
    """It asks for a backlog larger than what the kernel buffers, and never reads."""
    articles = [enriched(str(number), text=f"{number} " * 60_000) for number in range(60)]
    for article in articles:
        await arrivals.apply(article)
    api = create_api(api_settings)
    assert isinstance(api.asgi, Protection)
    server = ApiServer(Protection(api.asgi, stall_seconds=0.3), api.hub, host="127.0.0.1", port=0)
    serving = asyncio.create_task(server.run())
    await until(lambda: server.started)
    before = open_streams()
    with socket.socket() as stalled:
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        address = urlsplit(server.url)
        stalled.connect((address.hostname, address.port))
        stalled.sendall(b"GET /v1/stream?since=0 HTTP/1.1\r\nHost: x\r\n\r\n")
        await until_streams(int(before) + 1)
        await until_streams(int(before))
    server.stop()
    await serving


async def test_leaving_ends_open_streams_at_once(api_settings: Settings, arrivals: Arrivals) -> None:
    running = await start(api_settings)
    async with running.client as client, stream(client) as events:
        started = time.monotonic()
        await running.leave()
        with pytest.raises(EOFError):
            await events.next()
    assert time.monotonic() - started < 10


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisUnderTest]:
    """A Redis that this test may kill."""
    redis = redis_server(tmp_path)
    yield redis
    redis.server.stop()


async def test_a_restart_of_redis_that_lost_articles_leaves_no_gap_in_an_open_stream(
    own_redis: RedisUnderTest, tmp_path: Path
) -> None:
    redis = own_redis
    settings = load_settings({"KHABAR_REDIS_URL": redis.url, "KHABAR_KAFKA_BOOTSTRAP": "127.0.0.1:1"})
    running = await start(settings)
    client = connect(settings)
    arrivals = Arrivals(Cache(client, settings))
    async with running.client as http, stream(http) as events:
        await arrivals.apply(enriched("a"))
        assert await events.articles(1) == ids("a")
        await client.connection_pool.disconnect()
        redis.server.kill()
        for file in (tmp_path / "data").rglob("*"):
            if file.is_file():
                file.unlink()
        redis.server.start()
        # The agent reads again from the start; another article takes the sequence that the first one had.
        again = Arrivals(Cache(client, settings))
        await again.apply(enriched("b"))
        await again.apply(enriched("a"))
        seen: list[str] = []
        while len(seen) < 2:
            event = await events.next()
            seen.append("resumed" if event.name == "resumed" else event.data["id"])
            if event.name == "resumed":
                seen += await events.articles(2)
        assert seen == ["resumed", *ids("ba")]
    await client.aclose()
    await running.leave()


async def test_the_first_requests_after_a_restart_of_redis_are_answered(own_redis: RedisUnderTest) -> None:
    """The connections that the process kept are dead, all of them."""
    settings = load_settings({"KHABAR_REDIS_URL": own_redis.url, "KHABAR_KAFKA_BOOTSTRAP": "127.0.0.1:1"})
    running = await start(settings)
    async with running.client as http:
        await asyncio.gather(*(http.get("/v1/articles") for _ in range(20)))
        own_redis.server.kill()
        own_redis.server.start()
        answers = await asyncio.gather(*(http.get("/v1/articles") for _ in range(20)))
        assert {answer.status_code for answer in answers} == {200}
    await running.leave()
