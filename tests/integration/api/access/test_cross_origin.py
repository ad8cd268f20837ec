"""Scripts of other sites: nothing by default, and what the operator allows is never what a cookie could open."""

from __future__ import annotations

import httpx
import pytest

from services.api.access.record import Scope
from shared.settings import Settings
from tests.integration.api.access.conftest import Serving
from tests.keys import make_key

pytestmark = pytest.mark.integration

SITE = "https://site.example"
OTHERS = ("https://evil.example", "http://site.example", "https://site.example.evil.example", "null", "")
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, content-type"}


def allowances(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


async def test_by_default_no_other_site_sees_an_answer(client: httpx.AsyncClient) -> None:
    for headers in ({"Origin": SITE}, {"Origin": SITE, **PREFLIGHT}):
        for method in ("GET", "OPTIONS"):
            assert allowances(await client.request(method, "/v1/articles", headers=headers)) == {}


async def test_a_named_site_is_told_what_its_scripts_may_ask(serving: Serving) -> None:
    async with serving(api_cors_origins=f"{SITE}, http://localhost:5173") as client:
        answer = await client.options("/v1/articles", headers={"Origin": SITE, **PREFLIGHT})
        assert (answer.status_code, answer.content) == (204, b"")
        allowed = allowances(answer)
        assert allowed["access-control-allow-origin"] == SITE
        assert "POST" in allowed["access-control-allow-methods"]
        assert {"authorization", "content-type"} <= set(
            allowed["access-control-allow-headers"].lower().replace(" ", "").split(",")
        )
        assert "access-control-allow-credentials" not in allowed
        assert answer.headers["content-security-policy"]
        answer = await client.options("/v1/articles", headers={"Origin": "http://localhost:5173", **PREFLIGHT})
        assert answer.headers["access-control-allow-origin"] == "http://localhost:5173"


async def test_its_scripts_see_every_answer_of_the_api_errors_too(serving: Serving) -> None:
    async with serving(api_cors_origins=SITE) as client:
        for path, status in (("/v1/articles", 200), ("/v1/articles?limit=x", 400), ("/v1/nothing", 404)):
            answer = await client.get(path, headers={"Origin": SITE})
            assert answer.status_code == status
            allowed = allowances(answer)
            assert allowed["access-control-allow-origin"] == SITE
            assert {"RateLimit", "Khabar-Cursor"} <= set(allowed["access-control-expose-headers"].split(", "))
            assert "Origin" in answer.headers["vary"]
            # Of what a page embeds without asking, not of what a script may ask.
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        answer = await client.post("/v1/articles", json={}, headers={"Origin": SITE})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, SITE)


async def test_other_sites_are_told_nothing_and_caches_keep_them_apart(serving: Serving) -> None:
    async with serving(api_cors_origins=SITE) as client:
        for origin in OTHERS:
            for headers in ({"Origin": origin}, {"Origin": origin, **PREFLIGHT}):
                for method in ("GET", "OPTIONS"):
                    answer = await client.request(method, "/v1/articles", headers=headers)
                    assert allowances(answer) == {}, (method, headers)
                    assert "Origin" in answer.headers["vary"]


async def test_the_page_is_for_this_site_alone(serving: Serving) -> None:
    async with serving(api_cors_origins="*") as client:
        for path in ("/", "/static/khabar.css", "/access"):
            assert allowances(await client.get(path, headers={"Origin": SITE})) == {}


async def test_every_site_may_be_let_in_but_never_with_a_cookie(serving: Serving, api_settings: Settings) -> None:
    key = await make_key(api_settings, Scope.READ)
    async with serving(api_cors_origins="*", api_readers="keys") as client:
        await client.post("/access", data={"key": key})
        assert client.cookies
        for method in ("GET", "OPTIONS"):
            allowed = allowances(await client.request(method, "/v1/articles", headers={"Origin": SITE, **PREFLIGHT}))
            assert allowed["access-control-allow-origin"] == "*"
            assert "access-control-allow-credentials" not in allowed
