from __future__ import annotations

import re
import socket
from urllib.parse import quote

import httpx
import pytest
from jsonschema import Draft202012Validator

from shared.contracts import Published, encode
from tests.articles import copy_of, enriched
from tests.integration.api.conftest import Running
from tests.integration.cache.arrivals import Arrivals

pytestmark = pytest.mark.integration

PROBLEM = "application/problem+json"


def ids(answer: httpx.Response) -> list[str]:
    return [article["id"] for article in answer.json()["articles"]]


async def test_an_article_is_answered_as_it_was_published(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    article = enriched(title="«خبر»: <b>", language="ar", direction="rtl")
    await arrivals.apply(article)
    answer = await client.get(f"/v1/articles/{article.id}")
    assert answer.status_code == 200
    assert answer.content == encode(article)
    assert answer.headers["content-type"] == "application/json"


async def test_the_newest_come_first_and_the_link_leads_to_the_rest(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    articles = [enriched(name, language="ar") for name in "abcde"]
    await arrivals.apply(*articles, enriched("other"))
    answer = await client.get("/v1/articles", params={"limit": 2, "language": "ar"})
    seen = ids(answer)
    while link := answer.headers.get("link"):
        assert answer.json()["next"] == answer.links["next"]["url"]
        answer = await client.get(answer.links["next"]["url"])
        assert link.endswith('rel="next"')
        seen += ids(answer)
    assert seen == [article.id for article in articles[::-1]]
    assert answer.json()["next"] is None


async def test_a_consumer_that_asks_again_with_each_cursor_gets_everything_once(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    seen: list[str] = []
    cursor = "0"
    for start in range(0, 9, 3):
        await arrivals.apply(*(enriched(str(number)) for number in range(start, start + 3)))
        answer = await client.get("/v1/articles", params={"since": cursor, "limit": 2})
        seen += ids(answer)
        cursor = answer.json()["cursor"]
        assert not answer.json()["resumed"]
    while answer.json()["next"]:
        answer = await client.get(answer.json()["next"])
        seen += ids(answer)
    assert seen == [enriched(str(number)).id for number in range(9)]


async def test_whoever_asks_for_everything_is_told_what_was_taken_back(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    kept, gone = enriched("kept", language="ar"), enriched("gone", language="ar")
    await arrivals.apply(kept, gone, enriched("other"))
    cursor = (await client.get("/v1/articles")).json()["cursor"]
    await arrivals.remove(gone, enriched("other"))
    after = await client.get("/v1/articles", params={"since": cursor, "language": "ar"})
    assert (after.json()["articles"], after.json()["removed"]) == ([], [gone.id])
    whole = await client.get("/v1/articles", params={"since": "0", "language": "ar"})
    assert (ids(whole), whole.json()["removed"]) == ([kept.id], [gone.id])
    events = (await client.get("/v1/articles", params={"since": cursor, "format": "cloudevents"})).json()
    assert [(event["type"], event["subject"]) for event in events] == [
        ("khabar.removed.v1", gone.id),
        ("khabar.removed.v1", enriched("other").id),
    ]
    newest = (await client.get("/v1/articles", params={"language": "ar"})).json()
    assert ([article["id"] for article in newest["articles"]], newest["removed"]) == ([kept.id], [])


async def test_the_cursor_of_the_first_page_leads_to_what_arrives_after_it(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    await arrivals.apply(enriched("a"))
    cursor = (await client.get("/v1/articles")).json()["cursor"]
    await arrivals.apply(enriched("b"))
    assert ids(await client.get("/v1/articles", params={"since": cursor})) == [enriched("b").id]


async def test_filters_combine(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    first = enriched("a", language="ar", topics=("pol",), countries=("SY",), source="جريدة المثال")
    await arrivals.apply(first, enriched("b", language="ar", topics=("pol",), duplicate=copy_of(first)), enriched("c"))
    asked = {
        "language=ar&duplicates=hide": 1,
        "language=ar&topic=pol": 2,
        "country=sy": 1,
        f"source={quote('جريدةُ المثال')}": 1,
        f"group={first.id}": 2,
        "duplicates=only": 1,
        "language=ar&country=LB&topic=spo": 0,
    }
    found = {query: len(ids(await client.get(f"/v1/articles?{query}"))) for query in asked}
    assert found == asked


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("published_from=2026-01-28", "bcd"),
        ("published_to=2026-01-28", "abc"),
        ("published_from=2026-01-28&published_to=2026-01-28", "bc"),
        ("published_from=2026-01-28T10:00:00Z", "cd"),
        ("published_to=2026-01-28T12:00:00%2B02:00", "abc"),
        ("published_to=2026-01-28T09:59:59.999Z", "ab"),
        ("published_from=2026-01-29&published_to=2026-01-28", ""),
        ("published_from=2026-01-28&language=ar", "c"),
    ],
)
async def test_articles_are_found_by_when_they_were_published(
    client: httpx.AsyncClient, arrivals: Arrivals, query: str, found: str
) -> None:
    published = {"a": "2026-01-27T23:59:59Z", "b": "2026-01-28T00:00:00Z", "c": "2026-01-28T10:00:00Z"}
    published["d"] = "2026-01-29T00:00:00Z"
    articles = {
        name: enriched(
            name,
            language="ar" if name == "c" else "en",
            published=Published(at=at, precision="second", method="producer"),
        )
        for name, at in published.items()
    }
    await arrivals.apply(*articles.values())
    for path in ("/v1/articles", "/v1/feed.json"):
        answer = await client.get(f"{path}?{query}")
        items = answer.json().get("articles") or answer.json().get("items", [])
        assert {item["id"][-32:] for item in items} == {articles[name].id for name in found}


async def test_revisions_are_readable_one_by_one(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    first, second = enriched("a", title="before"), enriched("a", title="after", number=2)
    await arrivals.apply(first, second)
    assert ids(await client.get("/v1/articles")) == [first.id]
    assert len(ids(await client.get("/v1/articles", params={"revisions": "all"}))) == 2
    answers = [await client.get(f"/v1/articles/{first.id}", params={"revision": number}) for number in (1, 2, 3)]
    assert [answer.status_code for answer in answers] == [200, 200, 404]
    assert [answer.json()["title"] for answer in answers[:2]] == ["before", "after"]


async def test_what_has_not_changed_is_not_sent_again(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    await arrivals.apply(enriched("a", language="ar"))
    tags: set[str] = set()
    for path in ("/v1/articles?language=ar", f"/v1/articles/{enriched('a').id}?", "/v1/articles?since=0"):
        for form in ("", "&format=ninjs", "&format=cloudevents"):
            tag = (await client.get(path + form)).headers["etag"]
            for known in (f'"other", {tag}', tag.removeprefix("W/"), "*"):
                again = await client.get(path + form, headers={"If-None-Match": known})
                assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
            tags.add(tag)
    assert len(tags) == 9 - 3  # what since=0 gives is what the filter gives


async def test_a_list_is_new_when_something_arrives_that_it_would_hold(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    await arrivals.apply(enriched("a", language="ar"))
    tag = (await client.get("/v1/articles?language=ar")).headers["etag"]
    statuses = []
    for name, language in (("b", "fr"), ("c", "ar")):
        await arrivals.apply(enriched(name, language=language))
        statuses.append((await client.get("/v1/articles?language=ar", headers={"If-None-Match": tag})).status_code)
    assert statuses == [304, 200]


async def test_articles_can_be_had_as_ninjs_and_as_cloudevents(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    articles = [enriched(name) for name in "abc"]
    await arrivals.apply(*articles)
    one = await client.get(f"/v1/articles/{articles[0].id}?format=ninjs")
    assert (one.headers["content-type"], one.json()["uri"]) == (
        "application/json",
        f"urn:khabar:article:{articles[0].id}",
    )
    event = await client.get(f"/v1/articles/{articles[0].id}?format=cloudevents")
    assert event.headers["content-type"] == "application/cloudevents+json"
    assert event.json()["data"]["id"] == articles[0].id
    page = await client.get("/v1/articles?format=ninjs&limit=2&since=0")
    assert [item["version"] for item in page.json()["articles"]] == ["1", "1"]
    assert "format=ninjs" in page.json()["next"]


async def test_a_batch_of_events_carries_cursor_and_next_in_its_headers(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    articles = [enriched(name) for name in "abcde"]
    await arrivals.apply(*articles)
    seen: list[str] = []
    cursor = "0"
    while True:
        answer = await client.get("/v1/articles", params={"format": "cloudevents", "limit": 2, "since": cursor})
        assert answer.headers["content-type"] == "application/cloudevents-batch+json"
        seen += [event["subject"] for event in answer.json()]
        cursor = answer.headers["khabar-cursor"]
        if "next" not in answer.links:
            break
    assert seen == [article.id for article in articles]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/v1/articles?lang=ar", 400, "lang"),
        ("/v1/articles?language=ar&language=en", 400, "more than once"),
        ("/v1/articles?limit=0", 400, "limit"),
        ("/v1/articles?limit=201", 400, "limit"),
        ("/v1/articles?limit=x", 400, "limit"),
        ("/v1/articles?since=%00", 400, "since"),
        ("/v1/articles?since=MTphYjotMTow", 400, "since"),
        ("/v1/articles?since=" + "A" * 101, 400, "since"),
        ("/v1/articles?since=0&before=0", 400, "before"),
        ("/v1/articles?topic=politics", 400, "topic"),
        ("/v1/articles?country=SYR", 400, "country"),
        ("/v1/articles?group=../../etc", 400, "group"),
        ("/v1/articles?duplicates=maybe", 400, "duplicates"),
        ("/v1/articles?format=xml", 400, "format"),
        ("/v1/articles?topic=null", 400, "topic"),
        ("/v1/articles?published_from=yesterday", 400, "published_from"),
        ("/v1/articles?published_from=2026-02-30", 400, "2026-02-30"),
        ("/v1/stream?published_to=2026-01-28T25:00:00Z", 400, "published_to"),
        (f"/v1/articles/{'0' * 32}?revision=null", 400, "revision"),
        ("/v1/articles?source=", 400, "source"),
        ("/v1/stream?since=nonsense", 400, "since"),
        ("/v1/articles/..%2f..%2fetc%2fpasswd", 404, "nothing"),
        ("/v1/articles/abc", 400, "article_id"),
        (f"/v1/articles/{'0' * 32}", 404, "retention"),
        ("/nowhere", 404, "/schema"),
    ],
)
async def test_every_error_is_a_problem_that_says_where(
    client: httpx.AsyncClient, path: str, status: int, said: str
) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert answer.json()["status"] == status
    assert said in answer.text


async def test_a_wrong_method_is_told_which_are_right(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/v1/articles")
    assert (answer.status_code, answer.headers["content-type"]) == (405, PROBLEM)
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/articles", "GET, HEAD, OPTIONS, POST"),
        ("/v1/feed.json", "GET, HEAD, OPTIONS"),
        ("/v1/stream", "GET, OPTIONS"),
    ],
)
async def test_whoever_asks_is_told_the_methods(client: httpx.AsyncClient, path: str, methods: str) -> None:
    answer = await client.options(path)
    assert (answer.status_code, answer.headers["allow"]) == (204, methods)


async def test_a_bad_last_event_id_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/stream", headers={"Last-Event-ID": "nonsense"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["name"] == "Last-Event-ID"


async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/v1/articles", "/nowhere", "/schema"):
        headers = (await client.get(path)).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert not re.search(r"unsafe|\*|https?:", policy)
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers


async def test_head_answers_as_get_without_the_body(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    await arrivals.apply(enriched("a"))
    head, get = await client.head("/v1/articles"), await client.get("/v1/articles")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


async def test_the_schema_names_every_path_and_answer(client: httpx.AsyncClient) -> None:
    schema = (await client.get("/schema")).json()
    assert schema["openapi"].startswith("3.1")
    assert set(schema["paths"]) >= {"/v1/articles", "/v1/articles/{article_id}", "/v1/stream"}
    post = schema["paths"]["/v1/articles"]["post"]
    assert set(post["responses"]) == {"202", "400", "401", "403", "413", "415", "422", "429", "503"}
    assert set(post["requestBody"]["content"]) == {"application/json", "application/x-ndjson"}
    assert "application/problem+json" in post["responses"]["422"]["content"]
    assert "application/json" in schema["paths"]["/v1/articles"]["get"]["responses"]["200"]["content"]
    assert set(schema["webhooks"]) == {"khabar.enriched.v1", "khabar.removed.v1"}


async def test_the_schema_has_examples_and_its_links_lead_somewhere(client: httpx.AsyncClient) -> None:
    schema = (await client.get("/schema")).json()
    operations = {
        operation["operationId"]: operation for path in schema["paths"].values() for operation in path.values()
    }
    answers = [
        content
        for name in ("list_articles", "one_article", "push_articles", "feed_json", "feed_atom", "stream_articles")
        for response in operations[name]["responses"].values()
        for content in response.get("content", {}).values()
    ]
    assert all(content.get("examples") for content in answers)
    links = operations["list_articles"]["responses"]["200"]["links"].values()
    assert {link["operationId"] for link in links} <= set(operations)
    for content in answers:
        validator = Draft202012Validator({**content["schema"], "components": schema["components"]})
        for example in content["examples"].values():
            validator.validate(example["value"])


async def test_what_is_asked_cannot_write_a_header(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    outlet = "x\r\nset-cookie: a=b"
    await arrivals.apply(enriched("a", source=outlet), enriched("b", source=outlet))
    answer = await client.get("/v1/articles", params={"source": outlet, "limit": 1})
    assert len(ids(answer)) == 1
    assert "set-cookie" not in answer.headers
    assert "\n" not in answer.headers["link"]


async def test_an_answer_does_not_wait_for_the_one_before_to_be_acknowledged(running: Running) -> None:
    await running.client.get("/v1/articles")
    (connection,) = running.server._server.server_state.connections
    assert connection.transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
