"""Who may write, and who may read where that needs a key."""

from __future__ import annotations

import time

import httpx
import pytest
from redis.asyncio import Redis

import services.api.access.lasting
import services.api.stream
from services.api.access.key import new_key
from services.api.access.record import Scope
from services.api.access.store import KeyStore
from shared.settings import Settings
from tests.integration.api.conftest import start
from tests.keys import bearer, make_key

pytestmark = pytest.mark.integration

ARTICLE = {"source": "Example Wire", "text": "Rain."}
KAFKA_AWAY = 503  # what one gets who was let in: the api of these tests has no Kafka
MALFORMED = "khabar_" + "0" * 36
READABLE = ("/", "/v1/articles", "/v1/stream", "/v1/feed.atom", "/schema", f"/articles/{'0' * 32}", "/?topic=pol")


async def post(client: httpx.AsyncClient, **headers: str) -> httpx.Response:
    return await client.post("/v1/articles", json=ARTICLE, headers=headers)


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, ""),
        ({"Authorization": "Basic a2hhYmFyOmtoYWJhcg=="}, ""),
        ({"X-API-Key": new_key().text}, ""),
        ({"Cookie": f"khabar-session={new_key().text}"}, ""),
        ({"Authorization": f"Bearer {MALFORMED}"}, "invalid_token"),
        ({"Authorization": "Bearer"}, "invalid_token"),
        ({"Authorization": "Bearer " + "é" * 43}, "invalid_token"),
        ({"Authorization": f"Bearer {new_key().text}"}, "invalid_token"),
        ({"Authorization": f"Bearer {new_key().text}, Bearer {new_key().text}"}, "invalid_token"),
    ],
)
async def test_nobody_writes_without_a_good_key(client: httpx.AsyncClient, headers: dict[str, str], error: str) -> None:
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    answer = await client.post("/v1/articles", json=ARTICLE, headers=encoded)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["www-authenticate"] == 'Bearer realm="khabar"' + (f', error="{error}"' if error else "")


@pytest.mark.parametrize(
    ("scopes", "status"),
    [((Scope.WRITE,), KAFKA_AWAY), ((Scope.ADMIN,), KAFKA_AWAY), ((Scope.READ, Scope.WRITE), KAFKA_AWAY),
     ((Scope.READ,), 403), ((), 403)],
)  # fmt: skip
async def test_a_key_is_good_for_what_it_was_made_for(
    client: httpx.AsyncClient, api_settings: Settings, scopes: tuple[Scope, ...], status: int
) -> None:
    answer = await post(client, **bearer(await make_key(api_settings, *scopes)))
    assert answer.status_code == status
    if status == 403:
        assert 'error="insufficient_scope", scope="write"' in answer.headers["www-authenticate"]


async def test_a_key_ends_at_its_second(client: httpx.AsyncClient, api_settings: Settings) -> None:
    now = int(time.time())
    for name, expires, status in (("old", now - 1, 401), ("now", now, 401), ("good", now + 3600, KAFKA_AWAY)):
        key = await make_key(api_settings, Scope.WRITE, name=name, expires=expires)
        assert (await post(client, **bearer(key))).status_code == status


async def test_rotated_and_revoked_keys_are_refused_at_once_by_every_process(
    client: httpx.AsyncClient, api_settings: Settings, redis: Redis
) -> None:
    store = KeyStore(redis, api_settings)
    first, second, third = await make_key(api_settings, Scope.WRITE), new_key(), new_key()
    await store.rotate("test", second, grace_seconds=3600)
    other = await start(api_settings)
    async with other.client:
        for asked in (client, other.client):
            assert (await post(asked, **bearer(first))).status_code == KAFKA_AWAY
            assert (await post(asked, **bearer(second.text))).status_code == KAFKA_AWAY
        await store.rotate("test", third, grace_seconds=0)
        for asked in (client, other.client):
            assert [(await post(asked, **bearer(key))).status_code for key in (first, second.text)] == [401, 401]
            assert (await post(asked, **bearer(third.text))).status_code == KAFKA_AWAY
        await store.revoke("test")
        assert (await post(other.client, **bearer(third.text))).status_code == 401
    await other.leave()


@pytest.mark.parametrize("how", ["revoked", "ended"])
async def test_a_stream_ends_with_its_key(
    private: httpx.AsyncClient, api_settings: Settings, redis: Redis, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.api.stream, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(services.api.access.lasting, "RECHECK_SECONDS", 0.1)
    store = KeyStore(redis, api_settings)
    good = await make_key(api_settings, Scope.READ, name="good")
    key = await make_key(api_settings, Scope.READ)
    async with (
        private.stream("GET", "/v1/stream", headers=bearer(good)) as lasting,
        private.stream("GET", "/v1/stream", headers=bearer(key)) as ending,
    ):
        beats, last = lasting.aiter_lines(), ending.aiter_lines()
        for _ in range(6):
            await anext(beats)
            await anext(last)
        if how == "revoked":
            await store.revoke("test")
        else:
            await store.rotate("test", new_key(), grace_seconds=0)
        async for _ in last:
            pass
        for _ in range(9):
            await anext(beats)


async def test_the_scheme_is_read_in_any_case(client: httpx.AsyncClient, api_settings: Settings) -> None:
    key = await make_key(api_settings, Scope.WRITE)
    assert (await post(client, Authorization=f"bEARER   {key}")).status_code == KAFKA_AWAY


async def test_when_a_key_was_last_used_is_kept(
    client: httpx.AsyncClient, api_settings: Settings, redis: Redis
) -> None:
    key = await make_key(api_settings, Scope.WRITE)
    store = KeyStore(redis, api_settings)
    assert [held.used for held in await store.all()] == [None]
    await post(client, **bearer(key))
    (held,) = await store.all()
    assert held.used is not None
    assert abs(held.used - time.time()) < 60


async def test_a_forged_key_is_not_even_looked_for_and_a_good_one_waits_for_redis(without_redis: Settings) -> None:
    """Closed, not open, while nothing can be checked."""
    running = await start(without_redis)
    async with running.client as client:
        assert (await post(client, **bearer(MALFORMED))).status_code == 401
        answer = await post(client, **bearer(new_key().text))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    await running.leave()


async def test_no_key_is_logged_or_answered(
    private: httpx.AsyncClient, api_settings: Settings, redis: Redis, capsys: pytest.CaptureFixture[str]
) -> None:
    good = await make_key(api_settings, Scope.READ)
    keys = (good, new_key().text, MALFORMED)
    answers = [await private.get(path, headers=bearer(key)) for key in keys for path in ("/v1/articles", "/", "/x")]
    answers += [await post(private, **bearer(key)) for key in keys]
    answers += [await private.post("/access", data={"key": key}) for key in keys]
    told = "".join(f"{answer.text}{answer.headers}" for answer in answers)
    captured = capsys.readouterr()
    kept = [name async for name in redis.scan_iter(f"*{api_settings.key_prefix}*")]
    for key in keys:
        assert key not in told + captured.out + captured.err + str(kept)


async def test_reading_needs_a_key_where_that_is_set(private: httpx.AsyncClient, api_settings: Settings) -> None:
    reader = bearer(await make_key(api_settings, Scope.READ, name="reader"))
    writer = bearer(await make_key(api_settings, Scope.WRITE, name="writer"))
    for path in READABLE:
        assert (await private.get(path)).status_code == 401, path
        assert (await private.get(path, headers=writer)).status_code == 403, path
        async with private.stream("GET", path, headers=reader) as answer:
            assert answer.status_code == (404 if path.startswith("/articles/") else 200), path
    assert (await private.get("/static/khabar.css")).status_code == 200


async def test_a_feed_reader_gives_the_key_as_password_and_cannot_write(
    private: httpx.AsyncClient, api_settings: Settings
) -> None:
    key = await make_key(api_settings, Scope.READ, Scope.WRITE)
    assert (await private.get("/v1/feed.atom", auth=("reader", key))).status_code == 200
    assert (await private.get("/v1/feed.atom", auth=("reader", "guess"))).status_code == 401
    assert (await private.post("/v1/articles", json=ARTICLE, auth=("reader", key))).status_code == 401


async def test_where_all_may_read_a_wrong_key_is_still_told(client: httpx.AsyncClient, api_settings: Settings) -> None:
    assert (await client.get("/v1/articles")).status_code == 200
    assert (await client.get("/v1/articles", headers=bearer(new_key().text))).status_code == 401
    writer = bearer(await make_key(api_settings, Scope.WRITE))
    assert (await client.get("/v1/articles", headers=writer)).status_code == 200


async def test_the_document_says_how_to_show_a_key(client: httpx.AsyncClient, private: httpx.AsyncClient) -> None:
    document = (await client.get("/schema")).json()
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    assert document["security"] == [{"key": []}, {}]
    assert document["paths"]["/v1/articles"]["post"]["security"] == [{"key": []}]
    for path in document["paths"].values():
        for operation in path.values():
            assert {"401", "403", "429"} <= set(operation["responses"])
