from __future__ import annotations

from xml.etree import ElementTree

import httpx
import msgspec
import pytest

from services.api.feeds.json_feed import JsonFeed
from shared.settings import Settings
from tests.articles import copy_of, enriched
from tests.integration.api.conftest import start
from tests.integration.cache.arrivals import Arrivals

pytestmark = pytest.mark.integration

ATOM = "{http://www.w3.org/2005/Atom}"


def ids(answer: httpx.Response) -> list[str]:
    match answer.headers["content-type"].partition(";")[0]:
        case "application/feed+json":
            return [item.id for item in msgspec.json.decode(answer.content, type=JsonFeed).items]
        case "application/atom+xml":
            found = ElementTree.fromstring(answer.content).iter(f"{ATOM}entry")
            return [entry.findtext(f"{ATOM}id", "") for entry in found]
        case "application/rss+xml":
            return [guid.text or "" for guid in ElementTree.fromstring(answer.content).iter("guid")]
    raise AssertionError(answer.headers["content-type"])


@pytest.mark.parametrize("path", ["/v1/feed.json", "/v1/feed.atom", "/v1/feed.rss"])
async def test_a_feed_holds_what_its_filter_asks_for_page_by_page(
    client: httpx.AsyncClient, arrivals: Arrivals, path: str
) -> None:
    articles = [enriched(name, language="ar", direction="rtl") for name in "abcde"]
    await arrivals.apply(*articles, enriched("other"), enriched("copy", language="ar", duplicate=copy_of(articles[0])))
    query = {"language": "ar", "duplicates": "hide", "limit": "2"}
    answer = await client.get(path, params=query)
    seen = ids(answer)
    while "next" in answer.links:
        answer = await client.get(answer.links["next"]["url"])
        seen += ids(answer)
    assert seen == [f"urn:khabar:article:{article.id}" for article in articles[::-1]]


async def test_a_revision_takes_the_place_of_the_one_before(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    await arrivals.apply(enriched("a", title="before"), enriched("b"), enriched("a", title="after", number=2))
    feed = msgspec.json.decode((await client.get("/v1/feed.json")).content, type=JsonFeed)
    assert [item.title for item in feed.items] == ["after", "Rain expected in the north"]


@pytest.mark.parametrize("path", ["/v1/feed.json", "/v1/feed.atom", "/v1/feed.rss"])
async def test_a_feed_that_has_not_changed_is_not_sent_again(
    client: httpx.AsyncClient, arrivals: Arrivals, path: str
) -> None:
    await arrivals.apply(enriched("a", language="ar"))
    tag = (await client.get(path, params={"language": "ar"})).headers["etag"]
    await arrivals.apply(enriched("b", language="fr"))
    again = await client.get(path, params={"language": "ar"}, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    await arrivals.apply(enriched("c", language="ar"))
    assert (await client.get(path, params={"language": "ar"}, headers={"If-None-Match": tag})).status_code == 200


async def test_addresses_are_whole_and_of_the_host_that_was_asked(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    await arrivals.apply(enriched("a"), enriched("b"))
    site = str(client.base_url).rstrip("/")
    feed = msgspec.json.decode((await client.get("/v1/feed.json?limit=1&language=en")).content, type=JsonFeed)
    assert feed.feed_url == f"{site}/v1/feed.json?limit=1&language=en"
    assert feed.home_page_url == f"{site}/?language=en"
    assert feed.next_url
    assert feed.next_url.startswith(f"{site}/v1/feed.json?limit=1&language=en&before=")
    assert feed.items[0].url == f"{site}/articles/{enriched('b').id}"
    assert (await client.get(feed.items[0].url)).status_code == 200
    forged = await client.get("/v1/feed.json", headers={"Host": "a.example/<script>"})
    assert b"a.example" not in forged.content


async def test_the_setting_says_where_readers_reach_it(api_settings: Settings, arrivals: Arrivals) -> None:
    await arrivals.apply(enriched("a"))
    running = await start(api_settings.model_copy(update={"api_public_url": "https://news.example/wire/"}))
    try:
        answer = await running.client.get("/v1/feed.json")
    finally:
        await running.client.aclose()
        await running.leave()
    assert answer.json()["items"][0]["url"] == f"https://news.example/wire/articles/{enriched('a').id}"


@pytest.mark.parametrize(
    ("query", "said"), [("limit=101", "limit"), ("since=0", "since"), ("language=", "language"), ("before=x", "before")]
)
async def test_what_a_feed_cannot_be_asked_is_told(client: httpx.AsyncClient, query: str, said: str) -> None:
    answer = await client.get(f"/v1/feed.atom?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert said in answer.text
