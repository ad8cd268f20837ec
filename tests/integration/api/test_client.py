"""The client in Python against the running api, and equal to its OpenAPI document."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, Literal, get_args, get_origin, get_type_hints

import httpx
import msgspec
import pytest

from services.api import stream
from services.api.access.record import Scope
from shared.client import ApiError, Arrival, Khabar, Removal
from shared.client.answers import ArticlePage, FieldError, Problem, PushAnswer, PushedItem
from shared.client.events import Event, events
from shared.client.khabar import Filters
from shared.contracts import EnrichedArticle, RawArticle
from shared.settings import Settings
from shared.stream.topic_admin import create_topics
from tests.articles import copy_of, enriched
from tests.integration.api.conftest import Running, start
from tests.integration.api.waiting import until
from tests.integration.cache.arrivals import Arrivals
from tests.keys import make_key

METHODS = {
    "list_articles": (Khabar.articles, Khabar.everything),
    "stream_articles": (Khabar.stream,),
    "one_article": (Khabar.article,),
    "push_articles": (Khabar.post,),
}
# For feed readers, and for people who ask about one article.
WITHOUT_METHOD = {"feed_json", "feed_atom", "feed_rss", "list_revisions", "list_copies", "explain_article"}
# What the client does by itself: pages, resuming, one format.
ITS_OWN = {
    "since",
    "before",
    "format",
    "If-None-Match",
    "Last-Event-ID",
    "article_id",
    "wait_seconds",
    "self",
    "articles",
}


@pytest.fixture
def khabar(running: Running) -> Iterator[Khabar]:
    with Khabar(running.server.url) as client:
        yield client


@pytest.fixture
async def document(client: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get("/schema")).json()
    return found


def operations(document: dict[str, Any]) -> dict[str, Any]:
    return {operation["operationId"]: operation for path in document["paths"].values() for operation in path.values()}


@pytest.mark.integration
async def test_it_has_a_method_for_each_route_and_each_parameter(document: dict[str, Any]) -> None:
    known = operations(document)
    assert set(known) == set(METHODS) | WITHOUT_METHOD
    for name, methods in METHODS.items():
        told = {parameter["name"]: parameter["schema"] for parameter in known[name].get("parameters", [])}
        taken: set[str] = set()
        for method in methods:
            taken |= set(inspect.signature(method).parameters)
            if "filters" in inspect.signature(method).parameters:
                taken |= set(Filters.__annotations__)
        assert taken - {"filters"} - ITS_OWN == set(told) - ITS_OWN
        for filter_name, kind in get_type_hints(Filters).items():
            if filter_name in told:
                expected = list(get_args(kind)) if get_origin(kind) is Literal else None
                assert told[filter_name].get("enum") == expected


@pytest.mark.integration
@pytest.mark.parametrize("kind", [ArticlePage, Problem, FieldError, PushAnswer, PushedItem, EnrichedArticle])
async def test_its_types_are_those_of_the_document(document: dict[str, Any], kind: type[msgspec.Struct]) -> None:
    told = document["components"]["schemas"][kind.__name__]
    (_,), own = msgspec.json.schema_components([kind])
    schema = own[kind.__name__]
    assert set(told["properties"]) == set(schema["properties"])
    assert set(told["required"]) == set(schema["required"])


@pytest.mark.integration
async def test_articles_by_filter_come_newest_first_over_all_pages(khabar: Khabar, arrivals: Arrivals) -> None:
    articles = [enriched(name, language="ar", direction="rtl") for name in "abcde"]
    await arrivals.apply(*articles, enriched("copy", language="ar", duplicate=copy_of(articles[0])), enriched("other"))
    found = await asyncio.to_thread(lambda: list(khabar.articles(limit=2, language="ar", duplicates="hide")))
    assert found == articles[::-1]


@pytest.mark.integration
async def test_everything_comes_once_and_goes_on_where_it_was(khabar: Khabar, arrivals: Arrivals) -> None:
    seen: list[str] = []
    cursor = "0"
    for names in ("abcde", "fg", ""):
        await arrivals.apply(*(enriched(name) for name in names))
        for batch in await asyncio.to_thread(lambda since: list(khabar.everything(since=since, limit=2)), cursor):
            seen += [article.id for article in batch.articles]
            cursor = batch.cursor
            assert not batch.resumed
    assert seen == [enriched(name).id for name in "abcdefg"]


@pytest.mark.integration
async def test_what_is_taken_back_is_told(khabar: Khabar, arrivals: Arrivals) -> None:
    article = enriched("a")
    await arrivals.apply(article)
    (batch,) = await asyncio.to_thread(lambda: list(khabar.everything()))
    await arrivals.remove(article)
    (after,) = await asyncio.to_thread(lambda: list(khabar.everything(since=batch.cursor)))
    assert (after.articles, after.removed) == ([], [article.id])
    told = await asyncio.to_thread(lambda: next(khabar.stream(since=batch.cursor)))
    assert told == Removal(id=article.id, cursor=after.cursor)


@pytest.mark.integration
async def test_an_article_by_id_and_revision(khabar: Khabar, arrivals: Arrivals) -> None:
    first, second = enriched("a", title="before"), enriched("a", title="after", number=2)
    await arrivals.apply(first, second)
    ask = khabar.article
    assert await asyncio.to_thread(ask, first.id) == second
    assert await asyncio.to_thread(lambda: ask(first.id, revision=1)) == first
    assert await asyncio.to_thread(ask, "0" * 32) is None


@pytest.mark.integration
async def test_what_the_api_refuses_is_told(khabar: Khabar) -> None:
    with pytest.raises(ApiError, match=r"400 .*language") as refused:
        await asyncio.to_thread(lambda: list(khabar.articles(language="no language")))
    assert refused.value.problem.errors[0].name == "language"
    with pytest.raises(ApiError, match="401"):
        await asyncio.to_thread(khabar.post, [{"source": "Example Wire", "text": "Rain."}])


class Cutting:
    """A way to the api that breaks when the test says so."""

    def __init__(self) -> None:
        self._open: list[asyncio.StreamWriter] = []

    def cut(self) -> int:
        """Breaks every connection off, and says how many there were."""
        broken, self._open = self._open, []
        for writer in broken:
            writer.transport.abort()
        return len(broken)

    @asynccontextmanager
    async def way_to(self, url: str) -> AsyncIterator[str]:
        """Its address."""
        host, _, port = url.removeprefix("http://").partition(":")

        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there_reader, there_writer = await asyncio.open_connection(host, int(port))
            self._open += [writer, there_writer]
            await asyncio.gather(pump(reader, there_writer), pump(there_reader, writer), return_exceptions=True)
            writer.transport.abort()
            there_writer.transport.abort()

        async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while part := await reader.read(65_536):
                writer.write(part)
                await writer.drain()

        server = await asyncio.start_server(carry, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            self.cut()


@pytest.mark.integration
async def test_a_stream_that_breaks_goes_on_where_it_was(
    running: Running, arrivals: Arrivals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "RETRY_MS", (10, 20))
    cutting = Cutting()
    seen: list[Arrival | Removal] = []
    async with cutting.way_to(running.server.url) as url:
        with Khabar(url) as client:
            arriving = client.stream(language="ar")
            for name in "abcd":
                following = asyncio.create_task(asyncio.to_thread(next, arriving))
                await until(lambda: running.api.hub.readers == 1)
                assert cutting.cut()
                await arrivals.apply(enriched(name, language="ar"), enriched(f"other {name}"))
                seen.append(await following)
            await asyncio.to_thread(arriving.close)
    assert [arrival.article.id for arrival in seen if isinstance(arrival, Arrival)] == [
        enriched(name).id for name in "abcd"
    ]
    with Khabar(running.server.url) as client:
        again = await asyncio.to_thread(lambda: next(client.stream(since=seen[0].cursor, language="ar")))
    assert isinstance(again, Arrival)
    assert again.article.id == enriched("b").id


@pytest.mark.integration
async def test_what_is_posted_is_in_kafka_or_told(settings: Settings) -> None:
    await create_topics(settings)
    running = await start(settings)
    good = RawArticle(source="Example Wire", url="https://wire.example/rain", title="خبر", text="Rain.")
    with Khabar(running.server.url, key=await make_key(settings, Scope.WRITE)) as khabar:
        answer = await asyncio.to_thread(khabar.post, [good, {"source": "Example Wire"}])
        assert (answer.accepted, answer.refused) == (1, 1)
        assert answer.items[1].error
        with pytest.raises(ApiError, match="both are missing") as refused:
            await asyncio.to_thread(khabar.post, [{"source": "Example Wire"}])
        assert refused.value.problem.status == 422
    await running.client.aclose()
    await running.leave()


def test_events_are_cut_at_line_feeds_alone() -> None:
    stream = (
        'retry: 2000\n\nid: c1\ndata: {"a":"x\u2028y\x85"}\n\n: \nid: c2\n\nevent: resumed\ndata: {}\n\nda'.encode()
    )
    expected = [
        Event("message", b"", None, 2000),
        Event("message", '{"a":"x\u2028y\x85"}'.encode(), "c1", None),
        Event("message", b"", "c2", None),
        Event("resumed", b"{}", None, None),
    ]
    for size in (1, 2, 7, len(stream)):
        assert list(events(stream[at : at + size] for at in range(0, len(stream), size))) == expected
