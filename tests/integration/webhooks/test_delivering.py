"""What receivers get, and what becomes of what they do not take."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from services.cache.cursor import decode_cursor
from services.cache.facets import Filter
from services.cache.keys import Keys
from services.cache.upkeep import Upkeep
from services.webhooks.limits import Limits
from services.webhooks.schedule import Schedule
from shared.metrics import WEBHOOK_TRIES
from shared.settings import load_settings
from tests.articles import enriched
from tests.integration.cache.arrivals import keys
from tests.integration.webhooks.conftest import Desk
from tests.integration.webhooks.receiver import Delivery
from tests.waiting import eventually

pytestmark = pytest.mark.integration


async def fails(_: Delivery) -> int:
    return 500


async def test_articles_that_arrive_are_sent_signed_and_once(desk: Desk) -> None:
    await desk.arrivals.apply(enriched("before"))
    subscription = await desk.subscribe()
    await desk.serve()
    articles = [enriched(f"a{number}", title="أمطار في الشمال") for number in range(20)]
    await desk.arrivals.apply(*articles[:7])
    await desk.arrivals.apply(*articles[7:], enriched("a0", number=2))

    await desk.status(subscription.name, pending=0)
    await desk.received(21)
    assert set(desk.receiver.articles) == {*keys(articles), (articles[0].id, 2)}
    assert len(desk.receiver.deliveries) == len(set(desk.receiver.ids)) == 21
    first = desk.receiver.deliveries[0]
    assert first.headers["content-type"] == "application/json"
    assert all(delivery.signed_with(subscription.secrets[0].text) for delivery in desk.receiver.deliveries)
    assert not first.signed_with("whsec_" + "A" * 32)
    places = {decode_cursor(orjson.loads(delivery.body)["cursor"]).sequence for delivery in desk.receiver.deliveries}
    assert places == set(range(2, 23))


async def test_only_what_is_asked_for_is_sent(desk: Desk) -> None:
    subscription = await desk.subscribe(Filter(language="AR", topic="pol"))
    await desk.serve()
    wanted = enriched("wanted", language="ar", direction="rtl", topics=("pol", "spo"))
    await desk.arrivals.apply(
        enriched("english", topics=("pol",)), wanted, enriched("sport", language="ar", topics=("spo",))
    )

    await desk.received(1)
    await desk.arrivals.apply(enriched("later"))

    async def read() -> bool:
        return (await desk.subscriptions.status(subscription.name)).cursor.sequence == 4

    await eventually(read, "the cursor at the end")
    assert desk.receiver.articles == keys([wanted])


async def test_what_fails_is_tried_again_under_the_same_id(desk: Desk) -> None:
    subscription = await desk.subscribe()
    await desk.serve(schedule=Schedule((0.02,) * 5))

    async def third_time(_: Delivery) -> int:
        return 404 if len(desk.receiver.deliveries) == 1 else 500 if len(desk.receiver.deliveries) == 2 else 200

    desk.receiver.answer = third_time
    await desk.arrivals.apply(enriched())

    await desk.received(3)
    await desk.status(subscription.name, pending=0, dead=0)
    assert len(set(desk.receiver.ids)) == 1
    assert len({delivery.body for delivery in desk.receiver.deliveries}) == 1
    assert all(delivery.signed_with(subscription.secrets[0].text) for delivery in desk.receiver.deliveries)


async def test_after_the_last_try_it_is_a_dead_letter_that_can_be_sent_again(desk: Desk) -> None:
    subscription = await desk.subscribe()
    await desk.serve()
    desk.receiver.answer = fails
    await desk.arrivals.apply(enriched())

    await desk.status(subscription.name, pending=0, dead=1)
    [letter] = await desk.subscriptions.dead(subscription.name)
    assert letter.reason == "the receiver answered 500"
    assert letter.pending is not None
    assert letter.pending.tries == len(desk.receiver.deliveries) == 3
    assert WEBHOOK_TRIES.labels(subscription.name, "failed")._value.get() == 3
    assert WEBHOOK_TRIES.labels(subscription.name, "dead")._value.get() == 1

    async def takes(_: Delivery) -> int:
        return 200

    desk.receiver.answer = takes
    assert await desk.subscriptions.retry(subscription.name) == 1
    await desk.status(subscription.name, pending=0, dead=0)
    await desk.received(4)
    assert len(set(desk.receiver.ids)) == 1


async def test_who_was_sent_an_article_is_told_that_it_is_removed_and_what_waits_of_it_is_not_sent(desk: Desk) -> None:
    subscription = await desk.subscribe(Filter(topic="pol"))
    refused, sent = enriched("refused", topics=("pol",)), enriched("sent", topics=("pol",))
    refuse = True

    async def refuses_one(delivery: Delivery) -> int:
        return 500 if refuse and delivery.id.startswith(refused.id) else 204

    desk.receiver.answer = refuses_one
    await desk.serve(schedule=Schedule((1.0, 1.0)))
    await desk.arrivals.apply(refused, sent)
    await desk.received(2)
    refuse = False
    await desk.arrivals.remove(refused, sent)
    await desk.arrivals.remove(enriched("never there"))

    await desk.status(subscription.name, pending=0, dead=0)
    told = [orjson.loads(delivery.body) for delivery in desk.receiver.deliveries if "-removed-" in delivery.id]
    assert {message["data"]["id"] for message in told} == {refused.id, sent.id}
    assert {message["type"] for message in told} == {"khabar.removed.v1"}
    assert len(desk.receiver.deliveries) == 4  # the refused one was not tried again
    assert all(delivery.signed_with(subscription.secrets[0].text) for delivery in desk.receiver.deliveries)
    assert WEBHOOK_TRIES.labels(subscription.name, "removed")._value.get() == 1


async def test_what_is_at_hand_of_an_article_that_is_removed_is_not_sent(desk: Desk) -> None:
    """It was read before the removal, and waits for another to be taken."""
    subscription = await desk.subscribe()
    taken = asyncio.Event()

    async def hangs(_: Delivery) -> int:
        await taken.wait()
        return 204

    desk.receiver.answer = hangs
    await desk.serve(limits=Limits(at_once=1))
    first, removed = enriched("first"), enriched("removed")
    await desk.arrivals.apply(first, removed)
    await desk.received(1)
    await desk.arrivals.remove(removed)
    taken.set()

    await desk.received(2)
    await desk.status(subscription.name, pending=0, dead=0)
    assert len(desk.receiver.deliveries) == 2
    assert desk.receiver.ids[0] == f"{first.id}-1"
    assert desk.receiver.ids[1].startswith(f"{removed.id}-removed-")


async def test_redirects_are_not_followed(desk: Desk) -> None:
    subscription = await desk.subscribe()
    await desk.serve()

    async def moved(_: Delivery) -> int:
        return 308

    desk.receiver.answer = moved
    await desk.arrivals.apply(enriched())

    await desk.status(subscription.name, dead=1)
    [letter] = await desk.subscriptions.dead(subscription.name)
    assert letter.reason == "the receiver answered 308 (redirects are not followed)"
    assert {delivery.path for delivery in desk.receiver.deliveries} == {"/hook"}


async def test_gone_disables_the_subscription_and_enabling_goes_on_where_it_was(desk: Desk) -> None:
    subscription = await desk.subscribe()
    await desk.serve()

    async def gone(_: Delivery) -> int:
        return 410

    desk.receiver.answer = gone
    await desk.arrivals.apply(enriched("one"))

    async def disabled() -> bool:
        return subscription.name in await desk.subscriptions.disabled()

    await eventually(disabled, "the subscription is disabled")
    seen = len(desk.receiver.deliveries)
    await desk.arrivals.apply(enriched("two"))
    status = await desk.subscriptions.status(subscription.name)
    assert status.disabled == "the receiver answered 410: it wants no more"
    assert (status.pending, status.dead, seen) == (1, 0, 1)

    async def takes(_: Delivery) -> int:
        return 200

    desk.receiver.answer = takes
    assert await desk.subscriptions.enable(subscription.name)
    await desk.received(3)
    await desk.status(subscription.name, pending=0)
    assert set(desk.receiver.articles) == set(keys([enriched("one"), enriched("two")]))


async def test_one_that_hangs_holds_up_no_other(desk: Desk) -> None:
    subscription = await desk.subscribe()
    await desk.serve(try_seconds=0.3)
    slow, hanging = enriched("slow"), asyncio.Event()

    async def hangs(delivery: Delivery) -> int:
        if delivery.article[0] == slow.id:
            await hanging.wait()
        return 200

    desk.receiver.answer = hangs
    quick = [enriched(f"q{number}") for number in range(12)]
    await desk.arrivals.apply(slow, *quick)

    await desk.status(subscription.name, pending=0, dead=1)
    hanging.set()
    assert {(slow.id, 1), *keys(quick)} == set(desk.receiver.articles)
    [letter] = await desk.subscriptions.dead(subscription.name)
    assert (letter.id, letter.reason) == (f"{slow.id}-1", "no answer within 0.3 s")


async def test_where_all_room_is_taken_the_cursor_waits_and_notices_when_the_receiver_is_back(desk: Desk) -> None:
    subscription = await desk.subscribe()
    await desk.serve(schedule=Schedule((3_600.0,) * 9), limits=Limits(pending=4, at_once=2, probe_seconds=0.1))
    desk.receiver.answer = fails
    articles = [enriched(f"a{number}") for number in range(12)]
    await desk.arrivals.apply(*articles)

    await desk.status(subscription.name, pending=4)
    await desk.received(7)  # each once, and tries out of turn
    status = await desk.subscriptions.status(subscription.name)
    assert (status.pending, status.dead, status.cursor.sequence) == (4, 0, 4)

    async def takes(_: Delivery) -> int:
        return 200

    desk.receiver.answer = takes
    await desk.received_all(articles)
    await desk.status(subscription.name, pending=0, dead=0)


async def test_dead_letters_that_fill_their_room_hold_the_cursor_until_a_person_decides(desk: Desk) -> None:
    subscription = await desk.subscribe()
    await desk.serve(schedule=Schedule(()), limits=Limits(dead=3, probe_seconds=0.05))
    desk.receiver.answer = fails
    await desk.arrivals.apply(*(enriched(f"a{number}") for number in range(5)))

    status = await desk.status(subscription.name, pending=0, dead=3)
    assert status.cursor.sequence == 3
    assert await desk.subscriptions.discard(subscription.name) == 3
    await desk.status(subscription.name, pending=0, dead=2)


async def test_names_that_lead_inside_are_refused_when_connecting(desk: Desk) -> None:
    environment = {
        "KHABAR_REDIS_URL": desk.settings.redis_url.get_secret_value(),
        "KHABAR_TOPIC_PREFIX": desk.settings.topic_prefix,
    }
    inside = desk.receiver.url.replace("http://127.0.0.1", "https://localhost")
    subscription = await desk.subscribe(url=inside)
    plain = await desk.subscribe(url=desk.receiver.url)
    await desk.serve(settings=load_settings(environment))
    await desk.arrivals.apply(enriched())

    await desk.status(subscription.name, dead=1)
    [letter] = await desk.subscriptions.dead(subscription.name)
    assert "is no public address; KHABAR_WEBHOOKS_TARGETS=any allows it" in letter.reason
    await desk.status(plain.name, dead=1)
    [letter] = await desk.subscriptions.dead(plain.name)
    assert "begins with https" in letter.reason
    assert desk.receiver.deliveries == []


async def test_what_the_cache_forgot_before_it_could_be_sent_is_told(desk: Desk) -> None:
    subscription = await desk.subscribe()
    await desk.arrivals.apply(enriched("seen"))
    await desk.serve()
    await desk.received(1)
    await desk.status(subscription.name, pending=0)
    await desk.leave()
    await desk.arrivals.apply(enriched("old", enriched_at="2026-01-01T00:00:00Z"))
    [seen] = desk.receiver.articles
    forgets = Upkeep(desk.redis, desk.settings)
    await forgets._forget(0)
    await desk.arrivals.apply(enriched("new"))
    await desk.serve()

    await desk.received(2)
    status = await desk.status(subscription.name, pending=0, dead=1)
    [letter] = await desk.subscriptions.dead(subscription.name)
    assert letter.pending is None
    assert "the cache let go of articles that arrived after" in letter.reason
    assert desk.receiver.articles == [seen, *keys([enriched("new")])]
    assert await desk.subscriptions.retry(subscription.name) == 0
    assert status.cursor.sequence == 3


async def test_after_a_restart_of_redis_some_come_again_under_the_same_ids_and_none_is_missing(desk: Desk) -> None:
    subscription = await desk.subscribe()
    await desk.serve()
    await desk.arrivals.apply(enriched("one"))
    await desk.received(1)
    await desk.status(subscription.name, pending=0)
    await desk.redis.hset(Keys(desk.settings.key_prefix).state, "run_id", "of another process")
    await desk.arrivals.apply(enriched("two"))

    await desk.received(3)
    await desk.status(subscription.name, pending=0, dead=0)
    assert sorted(desk.receiver.articles) == sorted(keys([enriched("one"), enriched("one"), enriched("two")]))
    assert len(set(desk.receiver.ids)) == 2


async def test_what_was_forgotten_is_told_after_a_restart_of_redis_too(desk: Desk) -> None:
    await desk.arrivals.apply(enriched("before"))
    subscription = await desk.subscribe()
    await desk.arrivals.apply(enriched("old"))
    await Upkeep(desk.redis, desk.settings)._forget(0)
    await asyncio.sleep(0.002)  # times are in whole milliseconds
    await desk.redis.hset(Keys(desk.settings.key_prefix).state, "run_id", "of another process")
    await desk.arrivals.apply(enriched("new"))
    await desk.serve()

    await desk.received(1)
    await desk.status(subscription.name, pending=0, dead=1)
    assert desk.receiver.articles == keys([enriched("new")])
