"""How much one may ask for."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis

from services.api.access.admission import NOTHING, Admissions
from services.api.access.key import new_key
from services.api.access.names import Names
from services.api.access.record import Scope
from shared.redis import connect
from shared.settings import Settings, load_settings
from tests.integration.api.access.conftest import Serving, seen_from
from tests.integration.api.conftest import start
from tests.keys import bearer, make_key
from tests.servers import redis_server
from tests.servers.starting import RedisUnderTest
from tests.waiting import eventually

pytestmark = pytest.mark.integration

TOLD = re.compile(r'"default";r=(\d+);t=(\d+)')


async def statuses(client: httpx.AsyncClient, times: int, headers: dict[str, str]) -> list[int]:
    return [(await client.get("/v1/articles", headers=headers)).status_code for _ in range(times)]


async def test_a_key_may_ask_so_often_in_a_minute(client: httpx.AsyncClient, api_settings: Settings) -> None:
    key = bearer(await make_key(api_settings, Scope.READ, name="slow", rate=3))
    answers = [await client.get("/v1/articles", headers=key) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"default";q=3;w=60'}
    told = [TOLD.fullmatch(answer.headers["ratelimit"]) for answer in answers]
    assert [int(match[1]) for match in told if match] == [2, 1, 0, 0]
    assert answers[3].headers["content-type"] == "application/problem+json"
    assert told[3]
    assert answers[3].headers["retry-after"] == told[3][2]
    assert 1 <= int(told[3][2]) <= 20
    other = bearer(await make_key(api_settings, Scope.READ, name="other", rate=3))
    assert await statuses(client, 1, other) == [200]


async def test_a_key_may_have_no_limit_or_that_of_the_setting(serving: Serving, api_settings: Settings) -> None:
    async with serving(api_rate=2) as client:
        free = bearer(await make_key(api_settings, Scope.READ, name="free", rate=0))
        assert await statuses(client, 5, free) == [200] * 5
        usual = bearer(await make_key(api_settings, Scope.READ, name="usual"))
        assert await statuses(client, 3, usual) == [200, 200, 429]


async def test_without_a_key_each_address_has_its_own_but_not_those_of_this_machine(serving: Serving) -> None:
    async with serving(api_rate=2, api_proxies="127.0.0.1") as client:
        assert await statuses(client, 3, seen_from("192.0.2.7")) == [200, 200, 429]
        assert await statuses(client, 1, seen_from("192.0.2.8")) == [200]
        # What the client itself wrote stands before what the proxy saw.
        assert await statuses(client, 1, seen_from("192.0.2.9, 192.0.2.7")) == [429]
        assert await statuses(client, 2, seen_from("2001:db8::1")) == [200, 200]
        assert await statuses(client, 1, seen_from("2001:db8::ffff")) == [429]
        answer = await client.get("/v1/articles")
        assert "ratelimit" not in answer.headers
        assert await statuses(client, 3, {}) == [200] * 3


async def test_a_person_is_told_to_wait_on_a_page(serving: Serving) -> None:
    async with serving(api_rate=1, api_proxies="127.0.0.1") as client:
        browser = {"Accept": "text/html", **seen_from("192.0.2.7")}
        assert (await client.get("/?ui=en", headers=browser)).status_code == 200
        answer = await client.get("/?ui=en", headers=browser)
        assert (answer.status_code, answer.headers["content-type"]) == (429, "text/html; charset=utf-8")
        assert "Too many requests" in answer.text
        assert answer.headers["retry-after"] == TOLD.fullmatch(answer.headers["ratelimit"])[2]  # type: ignore[index]


async def test_nobody_but_a_named_proxy_is_believed(serving: Serving) -> None:
    async with serving(api_rate=1) as client:
        assert await statuses(client, 3, seen_from("192.0.2.7")) == [200] * 3


async def test_wrong_keys_are_counted_for_the_address(serving: Serving) -> None:
    async with serving(api_rate=2, api_proxies="127.0.0.1") as client:
        asked = [await statuses(client, 1, seen_from("192.0.2.7") | bearer(new_key().text)) for _ in range(3)]
        assert asked == [[401], [401], [429]]
        entered = await client.post("/access", data={"key": "x"}, headers=seen_from("192.0.2.7"))
        assert entered.status_code == 404
    async with serving(api_rate=2, api_proxies="127.0.0.1", api_readers="keys") as client:
        entered = await client.post("/access", data={"key": new_key().text}, headers=seen_from("192.0.2.7"))
        assert entered.status_code == 429


async def test_however_many_ask_at_once_and_wherever_no_more_get_in(api_settings: Settings, redis: Redis) -> None:
    settings = api_settings.model_copy(update={"api_rate": 5})
    first, second = Admissions(redis, settings), Admissions(redis, settings)
    asked = [each.ask(NOTHING, "192.0.2.7", limited=True) for each in [first, second] * 20]
    assert [admission.quota.admitted for admission in await asyncio.gather(*asked)].count(True) == 5


async def test_what_was_used_comes_back_with_time(api_settings: Settings, redis: Redis) -> None:
    """Two a minute: the bucket is empty while it will be full in more than 30 s."""
    admissions = Admissions(redis, api_settings.model_copy(update={"api_rate": 2}))
    bucket = Names(api_settings.key_prefix).buckets + "192.0.2.7"

    async def full_in(seconds: float) -> tuple[bool, int, int]:
        await redis.set(bucket, f"{(time.time() + seconds) * 1000:.3f}")
        quota = (await admissions.ask(NOTHING, "192.0.2.7", limited=True)).quota
        return quota.admitted, quota.left, round(quota.milliseconds, -4)

    assert await full_in(42) == (False, 0, 10_000)
    assert await full_in(29) == (True, 0, 60_000)
    assert await full_in(-600) == (True, 1, 30_000)


async def test_a_bucket_is_kept_until_it_is_full_and_no_longer(api_settings: Settings, redis: Redis) -> None:
    admissions = Admissions(redis, api_settings.model_copy(update={"api_rate": 2}))
    await admissions.ask(NOTHING, "192.0.2.7", limited=True)
    assert 0 < await redis.pttl(Names(api_settings.key_prefix).buckets + "192.0.2.7") <= 30_000


async def test_so_many_streams_of_one_key_are_open_and_no_more(serving: Serving, api_settings: Settings) -> None:
    key = bearer(await make_key(api_settings, Scope.READ, name="one"))
    other = bearer(await make_key(api_settings, Scope.READ, name="other"))
    async with serving(api_streams=1) as client:
        async with client.stream("GET", "/v1/stream", headers=key) as first:
            assert first.status_code == 200
            refused = await client.get("/v1/stream", headers=key)
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
            for headers in (other, {}, {}):
                async with client.stream("GET", "/v1/stream", headers=headers) as stream:
                    assert stream.status_code == 200

        async def one_may_be_opened_again() -> bool:
            async with client.stream("GET", "/v1/stream", headers=key) as stream:
                return stream.status_code == 200

        await eventually(one_may_be_opened_again, "the first stream was counted no more")


async def test_while_redis_is_away_who_is_counted_is_told_to_come_back(without_redis: Settings) -> None:
    running = await start(without_redis.model_copy(update={"api_proxies": "127.0.0.1"}))
    async with running.client as client:
        answer = await client.get("/schema", headers=seen_from("192.0.2.7"))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert (await client.get("/schema")).status_code == 200
        assert (await client.get("/static/khabar.css", headers=seen_from("192.0.2.7"))).status_code == 200
    await running.leave()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisUnderTest]:
    """A Redis that this test may fill."""
    redis = redis_server(tmp_path)
    yield redis
    redis.server.stop()


async def test_while_redis_is_full_reading_goes_on(own_redis: RedisUnderTest) -> None:
    settings = load_settings(
        {
            "KHABAR_REDIS_URL": own_redis.url,
            "KHABAR_KAFKA_BOOTSTRAP": "127.0.0.1:1",
            "KHABAR_API_PROXIES": "127.0.0.1",
            "KHABAR_API_READERS": "keys",
        }
    )
    key = bearer(await make_key(settings, Scope.READ))
    redis = connect(settings)
    await redis.config_set("maxmemory", "1")
    running = await start(settings)
    async with running.client as client:
        assert await statuses(client, 2, key | seen_from("192.0.2.7")) == [200, 200]
    await running.leave()
    await redis.aclose()
