"""A person who reads with a key: shows it once, and has a cookie for reading."""

from __future__ import annotations

import httpx
import pytest
from redis.asyncio import Redis

from services.api.access.key import new_key
from services.api.access.record import Scope
from services.api.access.store import KeyStore
from shared.settings import Settings
from tests.integration.api.access.conftest import Serving
from tests.keys import make_key

pytestmark = pytest.mark.integration

BROWSER = {"Accept": "text/html,*/*;q=0.8"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def enter(client: httpx.AsyncClient, key: str, **fields: str) -> httpx.Response:
    return await client.post("/access", data={"key": key, **fields}, headers=BROWSER)


@pytest.fixture
async def key(api_settings: Settings) -> str:
    return await make_key(api_settings, Scope.READ, Scope.WRITE)


async def test_one_is_asked_for_a_key_and_led_on_to_what_one_wanted(private: httpx.AsyncClient, key: str) -> None:
    asked = await private.get("/?topic=pol&ui=en", headers=BROWSER)
    assert asked.status_code == 401
    assert 'name="onward" value="/?topic=pol&amp;ui=en"' in asked.text
    answer = await enter(private, key, onward="/?topic=pol&ui=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?topic=pol&ui=en")
    assert key not in answer.headers["set-cookie"]
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/", "max-age=43200"} <= attributes
    assert (await private.get(answer.headers["location"], headers=BROWSER)).status_code == 200
    async with private.stream("GET", "/v1/stream") as stream:
        assert stream.status_code == 200


async def test_the_form_keeps_to_this_site_and_to_the_language(private: httpx.AsyncClient) -> None:
    asked = await private.get("/?topic=pol&ui=ar", headers=BROWSER)
    assert '<html lang="ar" dir="rtl">' in asked.text
    assert 'action="/access?ui=ar"' in asked.text
    assert 'href="/?topic=pol&amp;ui=en"' in asked.text
    refused = await private.post("/access?ui=ar", data={"key": "x"}, headers=BROWSER)
    assert '<html lang="ar" dir="rtl">' in refused.text
    elsewhere = await private.get(f"{private.base_url}//evil.example/", headers=BROWSER)
    assert elsewhere.status_code in {401, 404}
    assert "evil" not in elsewhere.text


async def test_the_cookie_is_for_reading_alone(private: httpx.AsyncClient, key: str) -> None:
    """Whatever its key may: another page could make the browser send it."""
    await enter(private, key)
    assert (await private.get("/v1/articles")).status_code == 200
    answer = await private.post("/v1/articles", json={"source": "x", "text": "y"})
    assert answer.status_code == 401


async def test_it_ends_with_its_key_and_when_one_leaves(
    private: httpx.AsyncClient, key: str, api_settings: Settings, redis: Redis
) -> None:
    await enter(private, key)
    stolen = private.cookies["khabar-session"]
    assert "Forget the key" in (await private.get("/access?ui=en", headers=BROWSER)).text
    await private.post("/access", data={"leave": "yes"})
    assert "khabar-session" not in private.cookies
    assert (await private.get("/v1/articles", headers={"Cookie": f"khabar-session={stolen}"})).status_code == 401
    await enter(private, key)
    await KeyStore(redis, api_settings).revoke("test")
    assert (await private.get("/v1/articles")).status_code == 401


async def test_a_key_that_is_not_good_for_reading_gets_the_form_again(
    private: httpx.AsyncClient, api_settings: Settings
) -> None:
    writer = await make_key(api_settings, Scope.WRITE)
    for text in (writer, new_key().text, "", "'\"><script>", "a" * 5000):
        answer = await enter(private, text, onward="/?topic=pol")
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
        assert 'value="/?topic=pol"' in answer.text
        assert "<script>" not in answer.text


@pytest.mark.parametrize(
    "onward",
    ["//evil.example/", "/\\evil.example/", "https://evil.example/", "javascript:alert(1)", "", "/\r\nSet-Cookie: a=b",
     "/خبر", "/ /evil.example", "/" + "a" * 2001, "/a\\b"],
)  # fmt: skip
async def test_one_is_led_on_within_this_site_only(private: httpx.AsyncClient, key: str, onward: str) -> None:
    answer = await enter(private, key, onward=onward)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "a=b" not in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("origin", "status"),
    [(None, 303), ("same", 303), ("https://evil.example", 403), ("null", 403), ("http://[", 403), ("", 403)],
)
async def test_another_site_cannot_fill_in_the_form(
    private: httpx.AsyncClient, key: str, origin: str | None, status: int
) -> None:
    headers = {} if origin is None else {"Origin": str(private.base_url) if origin == "same" else origin}
    answer = await private.post("/access", data={"key": key}, headers=headers)
    assert answer.status_code == status


async def test_behind_a_proxy_that_changes_the_host_the_public_address_counts(serving: Serving, key: str) -> None:
    async with serving(api_readers="keys", api_public_url="https://news.example/wire") as client:
        for origin, status in (("https://news.example", 303), ("https://news.example.evil.example", 403)):
            answer = await client.post("/access", data={"key": key}, headers={"Origin": origin})
            assert answer.status_code == status


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{}", {"Content-Type": "application/json"}, 415),
        (b"a=b&" * 11, FORM, 400),
        (b"key=" + b"a" * 10_000, FORM, 413),
        (b"key=%ff%00%", FORM, 403),
    ],
)
async def test_what_is_no_such_form_is_refused(
    private: httpx.AsyncClient, content: bytes, headers: dict[str, str], status: int
) -> None:
    assert (await private.post("/access", content=content, headers=headers)).status_code == status


async def test_behind_https_the_cookie_stays_there(serving: Serving, key: str) -> None:
    async with serving(api_readers="keys", api_proxies="127.0.0.1") as client:
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
        answer = await client.post("/access", data={"key": key}, headers=headers)
    assert "secure" in answer.headers["set-cookie"].lower().split("; ")


async def test_there_is_no_such_form_where_all_may_read(client: httpx.AsyncClient, key: str) -> None:
    assert (await client.get("/access")).status_code == 404
    assert (await enter(client, key)).status_code == 404
