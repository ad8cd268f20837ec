"""Why an article was judged as it was, from what the deduplicator's index and the cache hold in a real Redis."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from services.deduplicator.redis_index import index_of
from services.deduplicator.stage import Deduplicator
from shared.contracts import Attribution, ClassifiedArticle, EnrichedArticle
from shared.outcomes import Publish
from shared.settings import Settings
from tests.integration.cache.arrivals import Arrivals
from tests.unit.deduplicator.samples import classified, halfway, prose, received, span

pytestmark = pytest.mark.integration


class Stream:
    """Articles through the deduplicator and on to the cache."""

    def __init__(self, redis: Redis, settings: Settings, arrivals: Arrivals) -> None:
        self._deduplicator, self._arrivals = Deduplicator(index_of(redis, settings)), arrivals
        self._reached = -1

    async def push(self, *articles: ClassifiedArticle) -> list[EnrichedArticle]:
        first = self._reached + 1
        batch = [received(article, first + place) for place, article in enumerate(articles)]
        outcomes = await self._deduplicator.process(batch, span(self._reached, self._reached + len(batch)))
        self._reached += len(batch)
        events = [outcome.article for outcome in outcomes if isinstance(outcome, Publish)]
        await self._arrivals.apply(*events)
        return events


@pytest.fixture
def stream(redis: Redis, api_settings: Settings, arrivals: Arrivals) -> Stream:
    return Stream(redis, api_settings, arrivals)


async def explained(client: httpx.AsyncClient, event: EnrichedArticle, query: str = "") -> dict[str, Any]:
    answer = await client.get(f"/v1/articles/{event.id}/explain{query}")
    assert answer.status_code == 200, answer.text
    account: dict[str, Any] = answer.json()
    return account


async def test_a_copy_is_explained(client: httpx.AsyncClient, stream: Stream) -> None:
    text = prose(1, 200)
    original, copy, partial = await stream.push(
        classified("a", text, title="خبر أول", source="صحيفة المثال"),
        classified("b", text + " Ends."),
        classified("c", " ".join([*text.split()[:60], prose(2, 150)])),
    )
    account = await explained(client, copy)
    assert account["said"].startswith("99 % of this article is in passages shared with " + original.id)
    assert account["said"].endswith(": a copy.")
    assert account["index"].startswith("The index holds its decision.")
    assert account["group"] == account["duplicate"]["group"] == original.id
    first, other = account["candidates"]
    assert (first["id"], first["title"], first["source"]) == (original.id, "خبر أول", "صحيفة المثال")
    assert (first["relation"], first["shared_keys"] >= 15) == ("copy", True)
    assert (other["id"], other["relation"]) == (partial.id, None)
    assert {"what": "better covered text, at least", "value": 0.76} in account["thresholds"]
    assert [member["id"] for member in account["members"]] == [original.id, copy.id]


async def test_what_is_new_is_explained(client: httpx.AsyncClient, stream: Stream) -> None:
    (event,) = await stream.push(classified("a", prose(1)))
    account = await explained(client, event)
    assert account["said"].startswith("Published as new")
    assert (account["candidates"], account["members"]) == ([], [])
    assert account["group"] == event.id


async def test_whom_the_others_name_was_first(client: httpx.AsyncClient, stream: Stream) -> None:
    named = Attribution(kind="agency", outlet="Second Wire", evidence="(Second Wire)")
    early, late = await stream.push(
        classified("a", prose(1), source="First Paper", attribution=[named]),
        classified("b", prose(1), source="Second Wire"),
    )
    members = (await explained(client, early))["members"]
    assert [member["id"] for member in members] == [late.id, early.id]
    assert members[0]["because"] == "another names it as where it comes from"
    assert members[1]["credits"] == [late.id]


async def test_groups_that_were_joined_are_told_as_one(client: httpx.AsyncClient, stream: Stream) -> None:
    one, between, other = halfway(1)
    events = await stream.push(classified("a", one), classified("b", other), classified("c", between))
    accounts = [await explained(client, event) for event in events]
    assert events[2].duplicate is not None
    (joined,) = events[2].duplicate.joined
    assert f"it joined to its group what was known as {joined}" in accounts[2]["said"]
    assert {account["group"] for account in accounts} == {events[2].duplicate.group}
    for account in accounts:
        assert {member["id"] for member in account["members"]} == {event.id for event in events}


async def test_an_index_that_has_forgotten_says_so(
    client: httpx.AsyncClient, stream: Stream, redis: Redis, api_settings: Settings
) -> None:
    original, copy = await stream.push(classified("a", prose(1)), classified("b", prose(1)))
    assert original.duplicate is None
    async for key in redis.scan_iter(match=f"{{{api_settings.key_prefix}:dedup}}*", count=10_000):
        await redis.delete(key)
    account = await explained(client, copy)
    assert account["said"] == f"The text of this article is that of {original.id}: a copy."
    assert account["index"].startswith("The index has forgotten its decision on this version")
    assert account["candidates"] == []
    assert account["group"] == original.id


async def test_a_match_that_has_left_the_window_is_missed(
    client: httpx.AsyncClient, stream: Stream, redis: Redis, api_settings: Settings
) -> None:
    original, copy = await stream.push(classified("a", prose(1)), classified("b", prose(1)))
    async for key in redis.scan_iter(match=f"{{{api_settings.key_prefix}:dedup}}:*:k:*", count=10_000):
        await redis.delete(key)
    account = await explained(client, copy)
    assert f"{original.id} is not among the candidates any more" in account["index"]


async def test_a_version_is_explained_by_its_number(client: httpx.AsyncClient, stream: Stream) -> None:
    first, _ = await stream.push(classified("a", prose(1)), classified("a", prose(1) + " corrected"))
    assert (await explained(client, first))["revision"] == 2
    assert (await explained(client, first, "?revision=1"))["revision"] == 1


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("abc/explain", 400, "article_id"),
        (f"{'0' * 32}/explain", 404, "retention"),
        (f"{'0' * 32}/explain?revision=0", 400, "revision"),
        (f"{'0' * 32}/explain?version=1", 400, "version"),
    ],
)
async def test_errors_are_problems(client: httpx.AsyncClient, path: str, status: int, said: str) -> None:
    answer = await client.get(f"/v1/articles/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert said in answer.text


async def test_it_is_in_the_openapi_document(client: httpx.AsyncClient) -> None:
    document = (await client.get("/schema/openapi.json")).json()
    operation = document["paths"]["/v1/articles/{article_id}/explain"]["get"]
    assert {"200", "400", "404", "503"} <= set(operation["responses"])
    assert "candidates" in str(document["components"]["schemas"]["Account"])
