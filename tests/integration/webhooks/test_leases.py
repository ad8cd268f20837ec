"""Several processes, and those that die: one delivers at a time, nothing is lost, repeats can be told."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.cache.cursor import START
from services.webhooks.deliveries import Deliveries
from services.webhooks.entries import Pending
from services.webhooks.keys import Keys
from services.webhooks.leases import LeaseLostError, Leases
from services.webhooks.subscription import HOUR_MS
from shared.settings import Settings
from tests.articles import enriched
from tests.integration.cache.arrivals import keys
from tests.integration.webhooks.conftest import Desk
from tests.integration.webhooks.receiver import Delivery
from tests.waiting import eventually

pytestmark = pytest.mark.integration

PROCESS = [sys.executable, "-m", "tests.integration.webhooks.delivery_process"]


async def test_two_processes_deliver_each_article_once(desk: Desk) -> None:
    subscription = await desk.subscribe()
    await desk.serve()
    await desk.serve()
    articles = [enriched(f"a{number}") for number in range(60)]
    for at in range(0, 60, 20):
        await desk.arrivals.apply(*articles[at : at + 20])

    await desk.received(60)
    await desk.status(subscription.name, pending=0)
    assert sorted(desk.receiver.articles) == sorted(keys(articles))


async def test_when_one_leaves_the_other_goes_on(desk: Desk) -> None:
    subscription = await desk.subscribe()
    await desk.serve()
    await desk.arrivals.apply(enriched("one"))
    await desk.received(1)
    await desk.serve()
    (stop, task, sender, redis), *_ = desk.running
    stop.set()
    await task
    await sender.close()
    await redis.aclose()
    del desk.running[0]
    await desk.arrivals.apply(enriched("two"))

    await desk.received(2)
    await desk.status(subscription.name, pending=0)
    assert desk.receiver.articles == keys([enriched("one"), enriched("two")])


async def test_who_slept_past_its_lease_changes_nothing(desk: Desk) -> None:
    subscription = await desk.subscribe()
    leases = Leases(desk.redis, desk.settings)
    old = await leases.acquire(subscription.name)
    assert old is not None
    assert await leases.acquire(subscription.name) is None
    sleeper = Deliveries(desk.redis, desk.settings, subscription.name, old)
    message = Pending("ab" * 16, 1, START.encode())
    await sleeper.take(START, [message], 1, None)
    await leases.release(subscription.name, old)
    new = await leases.acquire(subscription.name)
    assert new is not None
    assert new > old

    for change in (
        sleeper.take(START, [message], 1, None),
        sleeper.delivered(message),
        sleeper.again(message, 1, disabled="no"),
        leases.renew(subscription.name, old),
    ):
        with pytest.raises(LeaseLostError):
            await change
    await leases.release(subscription.name, old)
    await leases.renew(subscription.name, new)
    status = await desk.subscriptions.status(subscription.name)
    assert (status.pending, status.disabled, status.delivering) == (1, None, True)


async def test_a_removed_subscription_is_left_alone_and_leaves_nothing(desk: Desk) -> None:
    subscription = await desk.subscribe()
    await desk.serve()
    await desk.arrivals.apply(enriched("one"))
    await desk.received(1)
    assert await desk.subscriptions.remove(subscription.name)
    assert not await desk.subscriptions.remove(subscription.name)
    await desk.arrivals.apply(enriched("two"))
    await desk.leave()

    assert desk.receiver.articles == keys([enriched("one")])
    names = await desk.redis.keys(f"*{desk.settings.key_prefix}:webhooks*{subscription.name}*")
    assert names == []


async def test_a_subscription_that_fails_is_told_and_holds_up_no_other(desk: Desk) -> None:
    broken, whole = await desk.subscribe(), await desk.subscribe()
    webhooks = Keys(desk.settings.key_prefix)
    await desk.redis.hset(webhooks.pending(broken.name), "x-1", b"no entry")
    await desk.redis.zadd(webhooks.due(broken.name), {"x-1": 1})
    await desk.serve()
    await desk.arrivals.apply(enriched())

    await desk.status(whole.name, pending=0)
    await desk.received(1)

    async def told() -> bool:
        return "deliveries" in desk.told

    await eventually(told, "that deliveries have failed")
    assert desk.told == {"deliveries": f"failed for {broken.name}, see the log"}


async def test_after_rotating_both_secrets_sign(desk: Desk) -> None:
    subscription = await desk.subscribe()
    await desk.serve()
    await desk.arrivals.apply(enriched("one"))
    await desk.received(1)
    new = "whsec_" + "B" * 32
    await desk.subscriptions.replace(subscription.rotated(new, 4_000_000_000_000, HOUR_MS))

    async def signed_with_both() -> bool:
        await desk.arrivals.apply(enriched(f"more{len(desk.receiver.deliveries)}"))
        last = desk.receiver.deliveries[-1]
        return last.signed_with(new) and last.signed_with(subscription.secrets[0].text)

    await eventually(signed_with_both, "a delivery signed with both secrets")


@asynccontextmanager
async def delivery_process(settings: Settings, log: Path) -> AsyncIterator[subprocess.Popen[bytes]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KHABAR_")} | {
        "KHABAR_REDIS_URL": settings.redis_url.get_secret_value(),
        "KHABAR_TOPIC_PREFIX": settings.topic_prefix,
        "KHABAR_WEBHOOKS_TARGETS": "any",
    }
    with log.open("ab") as out:
        process = subprocess.Popen(PROCESS, env=environment, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def test_a_killed_process_loses_nothing_and_what_is_sent_again_has_the_same_id(
    desk: Desk, tmp_path: Path
) -> None:
    subscription = await desk.subscribe()
    articles = [enriched(f"a{number}") for number in range(40)]
    held = asyncio.Event()

    async def holds_half(_: Delivery) -> int:
        if len(desk.receiver.deliveries) > 20:
            await held.wait()
        return 200

    desk.receiver.answer = holds_half
    await desk.arrivals.apply(*articles)
    async with delivery_process(desk.settings, tmp_path / "first.log") as first:
        await desk.received(25)
        first.kill()
        first.wait()
    before = list(desk.receiver.deliveries)
    held.set()
    async with delivery_process(desk.settings, tmp_path / "second.log") as second:
        await desk.status(subscription.name, pending=0)
        second.terminate()
        assert await asyncio.to_thread(second.wait, 20) == 0

    assert set(desk.receiver.articles) == set(keys(articles))
    repeated = [
        delivery for delivery in desk.receiver.deliveries[len(before) :] if delivery.id in desk.receiver.ids[:25]
    ]
    assert 0 < len(repeated) <= 8
    assert {delivery.id: delivery.body for delivery in repeated}.items() <= {d.id: d.body for d in before}.items()
    log = (tmp_path / "first.log").read_text() + (tmp_path / "second.log").read_text()
    assert subscription.secrets[0].text not in log
    assert articles[0].title not in log
