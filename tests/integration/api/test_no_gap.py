"""Many readers at once, who leave and come back, while articles flow and an api process goes away."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import httpx
import pytest

from shared.settings import Settings
from tests.articles import enriched
from tests.integration.api.conftest import start
from tests.integration.api.events import stream
from tests.integration.cache.arrivals import Arrivals

pytestmark = pytest.mark.integration

ARTICLES = 600
STREAMS, POLLERS = 12, 4
Address = Callable[[], str]


async def read_stream(address: Address, chance: random.Random, seen: list[str]) -> None:
    """Leaves after a random number of articles, and comes back with the id it holds."""
    last_id: str | None = None
    while len(seen) < ARTICLES:
        try:
            async with httpx.AsyncClient(base_url=address(), timeout=30) as client:
                query = "" if last_id else "?since=0"
                async with stream(client, query, last_id=last_id) as events:
                    for _ in range(chance.randint(1, 150)):
                        seen += await events.articles(1)
                        last_id = events.last_id
                        if len(seen) == ARTICLES:
                            return
        except (httpx.HTTPError, EOFError, StopAsyncIteration):
            await asyncio.sleep(0.05)


async def poll(address: Address, chance: random.Random, seen: list[str]) -> None:
    """Asks for what came after its cursor."""
    cursor = "0"
    while len(seen) < ARTICLES:
        try:
            async with httpx.AsyncClient(base_url=address(), timeout=30) as client:
                answer = await client.get("/v1/articles", params={"since": cursor, "limit": chance.randint(1, 50)})
        except httpx.HTTPError:
            await asyncio.sleep(0.05)
            continue
        page = answer.json()
        assert not page["resumed"]
        seen += [article["id"] for article in page["articles"]]
        cursor = page["cursor"]
        await asyncio.sleep(0.01)


async def test_every_reader_gets_every_article_once_and_in_one_order(
    api_settings: Settings, arrivals: Arrivals
) -> None:
    chance = random.Random(11)
    first, second = await start(api_settings), await start(api_settings)
    addresses = [first.server.url, second.server.url]
    seen: list[list[str]] = [[] for _ in range(STREAMS + POLLERS)]
    readers = [
        asyncio.create_task(
            (read_stream if number < STREAMS else poll)(
                lambda: chance.choice(addresses), random.Random(number), seen[number]
            )
        )
        for number in range(STREAMS + POLLERS)
    ]
    articles = [enriched(str(number), text=f"Text {number}. " * 50) for number in range(ARTICLES)]
    at = 0
    while at < ARTICLES:
        size = chance.randint(1, 30)
        await arrivals.apply(*articles[at : at + size])
        at += size
        await asyncio.sleep(0.01)
        if at > ARTICLES / 2 and len(addresses) == 2:
            del addresses[0]
            await first.leave()
    await asyncio.gather(*readers)
    expected = [article.id for article in articles]
    assert [each == expected for each in seen] == [True] * len(seen)
    for running in (first, second):
        await running.client.aclose()
    await second.leave()
