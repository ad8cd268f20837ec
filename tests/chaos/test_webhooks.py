"""Two delivery processes and Redis are killed and stopped at random while receivers fail: nothing is lost."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from redis.asyncio import Redis

from deploy.local.process import Server
from services.cache.facets import Filter
from services.cache.stage import Cache
from services.webhooks.subscriptions import Subscriptions
from shared.contracts import EnrichedArticle
from shared.outcomes import TransientError
from shared.redis import connect
from shared.settings import Settings, load_settings
from tests.articles import enriched
from tests.integration.cache.arrivals import Arrivals, keys
from tests.integration.webhooks.conftest import Desk
from tests.integration.webhooks.receiver import Delivery, Receiver
from tests.integration.webhooks.test_leases import PROCESS
from tests.servers import redis_server
from tests.servers.starting import RedisUnderTest
from tests.waiting import eventually

SECONDS = 45.0  # in which articles arrive and processes die
DRAIN_SECONDS = 400.0  # every write of Redis waits for the disk here
FAILING, HANGING = 0.15, 0.02  # shares of the answers
HANG_SECONDS = 1.0
STOP_SECONDS = 1.5  # longer than the processes' lease


@dataclass(slots=True)
class Taker:
    """A receiver that fails at random, and counts what it took."""

    chance: random.Random
    receiver: Receiver = field(default_factory=Receiver)
    taken: Counter[tuple[str, int]] = field(default_factory=Counter)

    async def answer(self, delivery: Delivery) -> int:
        drawn = self.chance.random()
        if drawn < FAILING:
            return 500
        if drawn < FAILING + HANGING:
            await asyncio.sleep(HANG_SECONDS)
        self.taken[delivery.article] += 1
        return 204


@pytest.fixture
async def takers() -> AsyncIterator[list[Taker]]:
    chance = random.Random(int(os.environ.get("CHAOS_SEED", "1")))
    takers = [Taker(chance), Taker(chance)]
    for taker in takers:
        taker.receiver.answer = taker.answer
        await taker.receiver.start()
    yield takers
    for taker in takers:
        await taker.receiver.stop()


@pytest.mark.timeout(600)
async def test_no_article_is_lost_whatever_dies(
    takers: list[Taker], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = redis_server(tmp_path)
    settings = load_settings({"KHABAR_REDIS_URL": server.url, "KHABAR_WEBHOOKS_TARGETS": "any"})
    redis = connect(settings)
    await _keep_every_write(settings)
    subscriptions = Subscriptions(redis, settings)
    arrivals = Arrivals(Cache(redis, settings))
    for taker, asked in zip(takers, (Filter(), Filter(language="ar")), strict=True):
        await Desk(settings, redis, arrivals, taker.receiver, subscriptions).subscribe(asked)
    processes = [_process(settings, tmp_path / f"webhooks-{number}.log") for number in range(2)]
    for process in processes:
        process.launch()
    faults = asyncio.create_task(_faults(takers[0].chance, processes, server, settings))
    try:
        articles = await _arrive(arrivals, takers[0].chance)
        told = await faults
        wanted = [set(keys(articles)), set(keys([each for each in articles if each.language.code == "ar"]))]

        async def all_taken() -> bool:
            return all(want <= set(taker.taken) for taker, want in zip(takers, wanted, strict=True))

        with suppress(AssertionError):  # what is missing says more than that it took too long
            await eventually(all_taken, "every article taken", seconds=DRAIN_SECONDS)
        missing = [len(want - set(taker.taken)) for taker, want in zip(takers, wanted, strict=True)]
        repeats = [taker.taken.total() - len(taker.taken) for taker in takers]
        with capsys.disabled():
            print(f"\nwanted {[len(want) for want in wanted]}, missing {missing}, repeated {repeats}; {told}")
        assert missing == [0, 0]
        assert [set(taker.taken) - want for taker, want in zip(takers, wanted, strict=True)] == [set(), set()]
    finally:
        faults.cancel()
        for process in processes:
            process.kill()
        await redis.aclose()
        server.server.stop()


async def _arrive(arrivals: Arrivals, chance: random.Random) -> list[EnrichedArticle]:
    """Articles in small batches, every third in Arabic; those that a Redis that is away refuses come again."""
    articles: list[EnrichedArticle] = []
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        first = len(articles)
        batch = [
            enriched(f"a{number}", language="en" if number % 3 else "ar")
            for number in range(first, first + chance.randint(1, 15))
        ]
        while True:
            try:
                await arrivals.apply(*batch)
                break
            except TransientError:
                await asyncio.sleep(0.2)
        articles += batch
        await asyncio.sleep(chance.uniform(0, 0.2))
    return articles


async def _faults(
    chance: random.Random, processes: list[Server], server: RedisUnderTest, settings: Settings
) -> Counter[str]:
    """kill -9 of a process, a stop that outlasts its lease, and kill -9 of Redis."""
    told: Counter[str] = Counter()
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        await asyncio.sleep(chance.uniform(2, 4))
        victim, fault = chance.choice(processes), chance.choices(["kill", "stop", "Redis"], [5, 3, 2])[0]
        told[fault] += 1
        match fault:
            case "kill":
                victim.kill()
                victim.launch()
            case "stop":
                victim.pause()
                await asyncio.sleep(STOP_SECONDS)
                victim.resume()
            case _:
                server.server.kill()
                await asyncio.to_thread(server.server.start)
                await _keep_every_write(settings)
    return told


async def _keep_every_write(settings: Settings) -> None:
    """What Redis has confirmed then survives its death, so that whatever is missing was lost by webhooks."""
    redis: Redis = connect(settings)
    await redis.config_set("appendfsync", "always")
    await redis.aclose()


def _process(settings: Settings, log: Path) -> Server:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KHABAR_")} | {
        "KHABAR_REDIS_URL": settings.redis_url.get_secret_value(),
        "KHABAR_WEBHOOKS_TARGETS": "any",
    }
    return Server("webhooks", PROCESS, log, is_ready=lambda: True, environment=environment)
