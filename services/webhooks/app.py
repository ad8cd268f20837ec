"""Wires the webhooks to the cache's index in Redis and to the receivers."""

from __future__ import annotations

import asyncio
import random
from functools import partial

from redis.asyncio import Redis

from services.webhooks.deliveries import Deliveries
from services.webhooks.delivering import Delivering
from services.webhooks.holding import LOOK_SECONDS, Deliver, Holding
from services.webhooks.index import Index
from services.webhooks.leases import LEASE_SECONDS, Leases
from services.webhooks.limits import Limits
from services.webhooks.schedule import Schedule
from services.webhooks.sending import Sender
from services.webhooks.subscription import Subscription
from services.webhooks.subscriptions import Subscriptions
from services.webhooks.trying import Tries
from shared.health import Health
from shared.process import beat, stop_on_signals
from shared.redis import connect
from shared.settings import Settings

_SCHEDULE, _LIMITS = Schedule(), Limits()


def deliverer(redis: Redis, settings: Settings, sender: Sender, schedule: Schedule, limits: Limits) -> Deliver:
    """What delivers a subscription of these settings."""
    index = Index(redis, settings)

    def deliver(subscription: Subscription, lease: int) -> Delivering:
        deliveries = Deliveries(redis, settings, subscription.name, lease)
        tries = Tries(
            subscription,
            deliveries,
            index,
            sender,
            schedule=schedule,
            api_url=settings.webhooks_api_url or "",
            chance=random.random,
        )
        return Delivering(subscription, deliveries, index, tries, limits=limits)

    return deliver


async def serve(
    settings: Settings,
    health: Health,
    *,
    schedule: Schedule = _SCHEDULE,
    limits: Limits = _LIMITS,
    lease_seconds: float = LEASE_SECONDS,
    look_seconds: float = LOOK_SECONDS,
) -> int:
    """Runs until SIGTERM; gives the exit status."""
    stop = stop_on_signals()
    redis = connect(settings)
    sender = Sender(settings.webhooks_targets)
    beating = asyncio.create_task(beat(health), name="beat")
    holding = Holding(
        Subscriptions(redis, settings),
        Leases(redis, settings, seconds=lease_seconds),
        Index(redis, settings),
        deliverer(redis, settings, sender, schedule, limits),
        look_seconds=look_seconds,
    )
    try:
        await holding.run(stop, partial(_tell, health))
    finally:
        beating.cancel()
        await sender.close()
        await redis.aclose()
    return 0


def _tell(health: Health, what: str, reason: str | None) -> None:
    if reason is None:
        health.have(what)
    else:
        health.waiting(what, reason)
    health.have("start")
