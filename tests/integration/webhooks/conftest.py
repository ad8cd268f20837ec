"""Subscriptions of its own for each test, a receiver, and the service in this process with a schedule of hundredths."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest
from redis.asyncio import Redis

from services.cache.facets import Filter
from services.cache.reading import Reader
from services.cache.stage import Cache
from services.webhooks.app import deliverer
from services.webhooks.holding import Holding
from services.webhooks.index import Index
from services.webhooks.leases import Leases
from services.webhooks.limits import Limits
from services.webhooks.schedule import Schedule
from services.webhooks.sending import Sender
from services.webhooks.signing import new_secret
from services.webhooks.subscription import Secret, Subscription
from services.webhooks.subscriptions import Status, Subscriptions
from shared.contracts import EnrichedArticle
from shared.redis import connect
from shared.settings import Settings, load_settings
from tests.integration.cache.arrivals import Arrivals, keys
from tests.integration.webhooks.receiver import Receiver
from tests.waiting import eventually

QUICK = Schedule((0.02, 0.02))


@dataclass(slots=True)
class Desk:
    """What a test does: subscribes, lets articles arrive, starts the service, and waits."""

    settings: Settings
    redis: Redis
    arrivals: Arrivals
    receiver: Receiver
    subscriptions: Subscriptions
    told: dict[str, str] = field(default_factory=dict)
    running: list[tuple[asyncio.Event, asyncio.Task[None], Sender, Redis]] = field(default_factory=list)

    async def subscribe(self, wanted: Filter = Filter(), *, url: str | None = None) -> Subscription:  # noqa: B008
        subscription = Subscription(
            name=f"desk-{uuid.uuid4().hex[:8]}",
            url=url or self.receiver.url,
            wanted=wanted,
            secrets=(Secret(new_secret()),),
            created_ms=0,
        )
        assert await self.subscriptions.add(subscription, await Reader(self.redis, self.settings).newest())
        return subscription

    async def serve(
        self,
        *,
        settings: Settings | None = None,
        schedule: Schedule = QUICK,
        limits: Limits | None = None,
        try_seconds: float = 20.0,
        lease_seconds: float = 15.0,
    ) -> Holding:
        """Starts one more service, with a connection of its own as another process would have."""
        settings = settings or self.settings
        redis = connect(settings)
        sender = Sender(settings.webhooks_targets, try_seconds=try_seconds)
        holding = Holding(
            Subscriptions(redis, settings),
            Leases(redis, settings, seconds=lease_seconds),
            Index(redis, settings),
            deliverer(redis, settings, sender, schedule, limits or Limits()),
            look_seconds=0.05,
        )
        stop = asyncio.Event()
        task = asyncio.create_task(holding.run(stop, self._tell))
        self.running.append((stop, task, sender, redis))
        return holding

    def _tell(self, what: str, reason: str | None) -> None:
        if reason is not None:
            self.told[what] = reason

    async def leave(self) -> None:
        """Stops every service, as SIGTERM does."""
        for stop, task, sender, redis in self.running:
            stop.set()
            await task
            await sender.close()
            await redis.aclose()
        self.running.clear()

    async def received(self, count: int) -> None:
        async def enough() -> bool:
            return len(self.receiver.deliveries) >= count

        await eventually(enough, f"{count} deliveries")

    async def received_all(self, articles: Sequence[EnrichedArticle]) -> None:
        async def all_there() -> bool:
            return set(keys(articles)) <= set(self.receiver.articles)

        await eventually(all_there, "every article delivered")

    async def status(self, name: str, *, pending: int | None = None, dead: int | None = None) -> Status:
        """Once it has that many."""
        status = await self.subscriptions.status(name)

        async def so() -> bool:
            nonlocal status
            status = await self.subscriptions.status(name)
            return pending in (None, status.pending) and dead in (None, status.dead)

        await eventually(so, f"{pending} pending and {dead} dead messages of {name}")
        return status


@pytest.fixture
def webhook_settings(redis_url: str, topic_prefix: str) -> Settings:
    return load_settings(
        {"KHABAR_REDIS_URL": redis_url, "KHABAR_TOPIC_PREFIX": topic_prefix, "KHABAR_WEBHOOKS_TARGETS": "any"}
    )


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


@pytest.fixture
async def desk(webhook_settings: Settings, receiver: Receiver) -> AsyncIterator[Desk]:
    redis = connect(webhook_settings)
    subscriptions = Subscriptions(redis, webhook_settings)
    desk = Desk(webhook_settings, redis, Arrivals(Cache(redis, webhook_settings)), receiver, subscriptions)
    yield desk
    await desk.leave()
    await redis.aclose()
