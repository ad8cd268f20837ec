from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.contracts import Attribution, Published, Removed
from shared.settings import load_settings
from tests.articles import copy_of, enriched
from tests.integration.api.conftest import start
from tests.integration.cache.arrivals import Arrivals
from tests.servers import redis_server

pytestmark = pytest.mark.integration

BROWSER = {"Accept": "text/html,*/*;q=0.8"}
HOSTILE = "<script>pwned=1</script><img src=x onerror=pwned=1>'\"&{{7*7}}\u202e"


class Elements(HTMLParser):
    """Every start tag with its attributes, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


async def test_each_text_has_the_direction_and_language_of_its_article(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    """Also where an Arabic title begins with a Latin word, which would turn it around if it were guessed."""
    await arrivals.apply(
        enriched("a", language="ar", direction="rtl", title="Reuters: أمطار غزيرة", text="«Reuters» قالت"),
        enriched("b", title="«الجزيرة» is a newspaper"),
    )
    page = Elements((await client.get("/?ui=en", headers=BROWSER)).text)
    assert [(h["lang"], h["dir"]) for h in page.named("h2") if h.get("class") == "headline"] == [
        ("en", "ltr"),
        ("ar", "rtl"),
    ]
    assert page.named("html") == [{"lang": "en", "dir": "ltr"}]
    page = Elements((await client.get(f"/articles/{enriched('a').id}?ui=en")).text)
    text = next(div for div in page.named("div") if div.get("class") == "text")
    assert (text["lang"], text["dir"]) == ("ar", "rtl")


async def test_the_interface_follows_the_browser_and_the_address(client: httpx.AsyncClient) -> None:
    page = (await client.get("/", headers={**BROWSER, "Accept-Language": "ar-SY,en;q=0.5"})).text
    assert '<html lang="ar" dir="rtl">' in page
    assert "لا شيء بعد" in page
    assert '<html lang="en" dir="ltr">' in (await client.get("/?ui=en", headers={"Accept-Language": "ar"})).text


async def test_markup_in_an_article_is_text_everywhere(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    first = enriched("first", title=HOSTILE)
    article = enriched(
        "hostile",
        source=HOSTILE,
        title=HOSTILE,
        text=f"{HOSTILE}\n{HOSTILE}",
        url="javascript:pwned=1",
        author=HOSTILE,
        tags=[HOSTILE],
        duplicate=copy_of(first),
        removed=[Removed(kind="promo", text=HOSTILE, line=3)],
        published=Published(at="2026-01-28T08:30:00Z", precision="day", method="text", raw=HOSTILE),
        attribution=[Attribution(kind="quote", outlet=HOSTILE, title=HOSTILE, evidence=HOSTILE)],
    )
    await arrivals.apply(first, article)
    plain = Elements((await client.get("/")).text)
    for path in ("/", "/?ui=ar", f"/articles/{article.id}", f"/articles/{first.id}"):
        page = (await client.get(path)).text
        elements = Elements(page)
        assert all(script.get("src", "").startswith("/static/") for script in elements.named("script"))  # type: ignore[union-attr]
        assert not elements.named("img")
        assert not any(name.startswith("on") or name == "style" for _, found in elements.found for name in found)
        assert not any((a.get("href") or "").lower().startswith("javascript") for a in elements.named("a"))
        assert "{{7*7}}" in page
    assert [line["class"] for line in plain.named("li") if line.get("class") == "copy"] == ["copy"]


async def test_a_page_needs_nothing_inline_and_nothing_from_elsewhere(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    await arrivals.apply(enriched())
    for path in ("/", f"/articles/{enriched().id}", "/nowhere"):
        page = Elements((await client.get(path, headers=BROWSER)).text)
        links = [link["href"] for link in page.named("link") if link["rel"] != "alternate"]
        fetched = [script["src"] for script in page.named("script")] + links
        assert fetched
        assert not page.named("style")
        for address in fetched:
            assert address
            assert address.startswith("/static/")
            file = await client.get(address)
            assert file.status_code == 200
            assert "immutable" in file.headers["cache-control"]


async def test_filters_are_in_the_address_and_can_be_taken_away_one_by_one(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    await arrivals.apply(
        enriched("a", language="ar", direction="rtl", topics=("pol",)), enriched("b", topics=("pol",)), enriched("c")
    )
    page = (await client.get("/?language=ar&topic=pol&ui=en")).text
    assert len(Elements(page).named("article")) == 1
    assert "Show everything" in page
    assert "0x" not in page
    hrefs = {a.get("href") for a in Elements(page).named("a")}
    assert {"/?topic=pol&ui=en", "/?language=ar&ui=en", "/?ui=en"} <= hrefs
    stream = next(div["data-stream"] for div in Elements(page).named("div") if "data-stream" in div)
    assert stream
    assert stream.startswith("/v1/stream?language=ar&topic=pol&since=")


async def test_older_articles_are_a_link_away_and_every_one_comes_once(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    articles = [enriched(str(number)) for number in range(65)]
    await arrivals.apply(*articles)
    address, seen = "/", list[str | None]()
    while address:
        page = Elements((await client.get(address)).text)
        seen += [found["data-id"] for found in page.named("article")]
        address = next((str(a["href"]) for a in page.named("a") if a.get("rel") == "next"), "")
    assert seen == [article.id for article in articles[::-1]]


async def test_an_article_shows_what_is_known_of_it_and_no_more(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    first = enriched("first", title="The first telling")
    article = enriched(
        "second",
        duplicate=copy_of(first),
        published=Published(
            at="2026-01-28T00:00:00Z", precision="day", method="attribution", raw="٢٨ كانون الثاني ٢٠٢٦"
        ),
        removed=[Removed(kind="notice", text="All rights reserved.", line=9)],
        attribution=[Attribution(kind="syndication", outlet="Other Wire", evidence="First published by Other Wire.")],
    )
    await arrivals.apply(first, article)
    page = (await client.get(f"/articles/{article.id}?ui=en")).text
    for said in (
        "28 January 2026",
        "to the day · read from the attribution",
        "٢٨ كانون الثاني ٢٠٢٦",
        "92%</bdi> of this article is in passages shared with",
        "The first telling",
        f"/v1/articles/{article.id}/explain",
        f"/articles/{first.id}?ui=en",
        "97%</bdi> of that one",
        "Taken over from",
        "First published by Other Wire.",
        "All rights reserved.",
        "Lebanon",
        "2 mentions",
        "Weather",
        "https://wire.example/second",
    ):
        assert said in page, said
    assert "00:00" not in page
    assert "this one" in (await client.get(f"/articles/{first.id}?ui=en")).text


async def test_the_chain_says_who_was_first_and_why_and_what_each_took(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    first = enriched("first", source="Harbour Herald")
    credit = Attribution(kind="syndication", outlet="Harbour Herald", evidence="From the Harbour Herald.")
    copied = enriched("copy", source="Plain Post", duplicate=copy_of(first), attribution=[credit])
    await arrivals.apply(copied, first)
    page = (await client.get(f"/articles/{first.id}?ui=en")).text
    chain = page[page.index('id="chain"') :]
    assert chain.index("Harbour Herald") < chain.index("Plain Post")
    assert "others name it as where they have it from" in chain
    assert "Copies <bdi>Harbour Herald</bdi>: <bdi>92%</bdi> of it is found there." in chain
    assert "Names <bdi>Harbour Herald</bdi>." in chain
    assert f"/v1/articles/{first.id}/copies" in chain
    assert 'id="chain"' in (await client.get(f"/articles/{copied.id}")).text


async def test_a_revision_shows_what_it_changed_to_the_eye_and_to_the_ear(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    arabic: dict[str, Any] = {"language": "ar", "direction": "rtl"}
    before = enriched("a", title="أمطار متوقعة", text="تتوقع الأرصاد أمطارًا غزيرة.", **arabic)
    await arrivals.apply(before)
    assert 'id="revisions"' not in (await client.get(f"/articles/{before.id}?ui=en")).text
    await arrivals.apply(enriched("a", title="أمطار متوقعة", text="تتوقع الأرصاد ثلوجًا غزيرة.", number=2, **arabic))
    page = (await client.get(f"/articles/{before.id}?ui=en")).text
    hunk = next(found for found in Elements(page).named("p") if found.get("class") == "hunk")
    assert (hunk["lang"], hunk["dir"]) == ("ar", "rtl")
    spoken = re.sub("<[^>]*>", "", page[page.index('class="hunk"') :].partition("</p>")[0])
    expected = "deleted: أمطارًا end of what was deleted added: ثلوجًا end of what was added غزيرة."
    assert expected in " ".join(spoken.split())


async def test_copies_are_listed_under_what_they_repeat_unless_the_address_asks_for_them(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    first = enriched("first", source="Harbour Herald")
    await arrivals.apply(first, enriched("other"), enriched("copy", source="Plain Post", duplicate=copy_of(first)))
    page = Elements((await client.get("/?ui=en")).text)
    assert [found["data-id"] for found in page.named("article")] == [enriched("other").id, first.id]
    assert "1 copy" in (await client.get("/?ui=en")).text
    apart = Elements((await client.get("/?ui=en&duplicates=show")).text)
    assert len(apart.named("article")) == 3


async def test_the_feeds_of_what_is_shown_are_named_for_readers_and_for_programs(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    await arrivals.apply(enriched("a", language="ar", direction="rtl"))
    page = Elements((await client.get("/?language=ar&ui=en")).text)
    feeds = {link["type"]: link["href"] for link in page.named("link") if link["rel"] == "alternate"}
    assert len(feeds) == 3
    for media_type, address in feeds.items():
        assert address
        assert address.endswith("?language=ar")
        assert address in {found.get("href") for found in page.named("a")}
        feed = await client.get(address)
        assert (feed.status_code, feed.headers["content-type"].partition(";")[0]) == (200, media_type)


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/nowhere", 404, "Not here"),
        ("/articles/" + "0" * 32, 404, "retention"),
        ("/articles/..%2f..%2fetc%2fpasswd", 404, "Not here"),
        ("/static/..%2fpage%2frouting.py", 404, "Not here"),
        ("/static/nothing.js", 404, "Not here"),
        ("/?topic=politics", 400, "cannot be asked"),
        ("/?before=nonsense", 400, "cannot be asked"),
    ],
)
async def test_a_person_gets_errors_as_a_page(client: httpx.AsyncClient, path: str, status: int, said: str) -> None:
    answer = await client.get(path, headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert said in answer.text


async def test_a_program_gets_them_as_problems(client: httpx.AsyncClient) -> None:
    for path in ("/nowhere", "/?topic=politics"):
        assert (await client.get(path)).headers["content-type"] == "application/problem+json"
    assert (await client.get("/v1/nowhere", headers=BROWSER)).headers["content-type"] == "application/problem+json"


@pytest.fixture
async def without_redis(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """An api whose Redis has gone."""
    redis = redis_server(tmp_path)
    running = await start(load_settings({"KHABAR_REDIS_URL": redis.url, "KHABAR_KAFKA_BOOTSTRAP": "127.0.0.1:1"}))
    redis.server.stop()
    yield running.client
    assert await running.api.not_ready() is not None
    await running.client.aclose()
    await running.leave()


async def test_a_redis_that_is_away_is_said_so_and_the_page_comes_back_by_itself(
    without_redis: httpx.AsyncClient,
) -> None:
    answer = await without_redis.get("/?ui=ar", headers=BROWSER)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "Redis" in answer.text
    assert Elements(answer.text).named("meta")[-1] == {"http-equiv": "refresh", "content": "5"}
    for path in ("/v1/articles", "/v1/stream"):
        problem = await without_redis.get(path)
        assert (problem.status_code, problem.headers["content-type"]) == (503, "application/problem+json")
