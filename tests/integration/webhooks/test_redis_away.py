"""A Redis that dies, or is full, while messages are under way: nothing is lost, and nothing is sent twice for it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from services.cache.stage import Cache
from services.webhooks.schedule import Schedule
from services.webhooks.subscriptions import Subscriptions
from shared.redis import connect
from shared.settings import load_settings
from tests.articles import enriched
from tests.integration.cache.arrivals import Arrivals, keys
from tests.integration.webhooks.conftest import Desk
from tests.integration.webhooks.receiver import Delivery, Receiver
from tests.servers import redis_server
from tests.waiting import eventually

pytestmark = pytest.mark.integration


async def test_what_was_answered_while_redis_is_away_or_full_is_kept_once_it_is_back(
    receiver: Receiver, tmp_path: Path
) -> None:
    server = redis_server(tmp_path)
    settings = load_settings({"KHABAR_REDIS_URL": server.url, "KHABAR_WEBHOOKS_TARGETS": "any"})
    redis, again = connect(settings), connect(settings)  # connections that were open when it died are dead too
    await redis.config_set("appendfsync", "always")
    desk = Desk(settings, redis, Arrivals(Cache(redis, settings)), receiver, Subscriptions(redis, settings))
    subscription = await desk.subscribe()
    articles = [enriched(f"a{number}") for number in range(30)]
    await desk.arrivals.apply(*articles)
    held, failing = asyncio.Event(), {articles[0].id}

    async def holds(delivery: Delivery) -> int:
        await held.wait()
        if delivery.article[0] in failing:
            failing.clear()
            return 500
        return 200

    receiver.answer = holds
    await desk.serve(schedule=Schedule((0.05,) * 3))
    try:
        await desk.received(8)
        server.server.kill()
        held.set()

        async def notices() -> bool:
            return "Redis" in desk.told

        await eventually(notices, "that Redis is away")
        server.server.start()
        desk.subscriptions = Subscriptions(again, settings)
        await again.config_set("maxmemory", "1")
        await desk.received_all(articles)
        await desk.status(subscription.name, pending=1)  # the one that failed, which cannot be written down
        assert len(receiver.deliveries) == len(articles)
        await again.config_set("maxmemory", "0")
        await desk.status(subscription.name, pending=0, dead=0)
        assert sorted(receiver.articles) == sorted(keys([*articles, articles[0]]))
    finally:
        await desk.leave()
        await redis.aclose()
        await again.aclose()
        server.server.stop()
