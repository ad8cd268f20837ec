from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import orjson
import pytest
from aiokafka import AIOKafkaConsumer

from services.api.access.record import Scope
from services.api.pushing import RECORD_OVERHEAD_BYTES, Push, check
from services.api.raw_topic import RawTopic
from shared.identity import article_id
from shared.metrics import REGISTRY
from shared.outcomes import TransientError
from shared.settings import Settings
from shared.stream.topic_admin import create_topics
from shared.topics import RAW
from tests.integration.api.conftest import start
from tests.keys import bearer, make_key
from tests.servers import kafka_server

pytestmark = pytest.mark.integration

ARTICLE = {
    "source": "Example Wire",
    "title": "Rain",
    "text": "Rain.",
    "url": "http://www.wire.example/rain/?utm_source=x",
}
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
JSON = {"Content-Type": "application/json"}
PUSHED_NAME = "khabar_pushed_articles_total"
LINES = {"Content-Type": "application/x-ndjson"}


@pytest.fixture
async def writing(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """An api with Kafka."""
    await create_topics(settings)
    running = await start(settings)
    running.client.headers.update(bearer(await make_key(settings, Scope.WRITE)))
    yield running.client
    await running.client.aclose()
    await running.leave()


@pytest.fixture
async def raw(settings: Settings, writing: httpx.AsyncClient) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        settings.topic(RAW.name),
        bootstrap_servers=settings.kafka_bootstrap,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        enable_auto_commit=False,
    )
    await consumer.start()
    yield consumer
    await consumer.stop()


async def test_what_is_posted_is_counted_from_0_on(writing: httpx.AsyncClient) -> None:
    """A rate lacks what a series begins with, so both are there before anything was posted."""

    def counted() -> list[float]:
        values = [REGISTRY.get_sample_value(PUSHED_NAME, {"outcome": outcome}) for outcome in ("accepted", "refused")]
        return [value for value in values if value is not None]

    before = counted()
    body = orjson.dumps([ARTICLE, ARTICLE, {"source": "Example Wire"}])
    assert (await writing.post("/v1/articles", content=body, headers=JSON)).status_code == 202
    assert [after - value for after, value in zip(counted(), before, strict=True)] == [2, 1]


async def test_an_accepted_article_is_in_kafka_with_key_headers_and_the_bytes_posted(
    writing: httpx.AsyncClient, raw: AIOKafkaConsumer
) -> None:
    body = orjson.dumps(ARTICLE, option=orjson.OPT_INDENT_2)
    answer = await writing.post("/v1/articles", content=body, headers={**JSON, "traceparent": TRACE})
    assert answer.status_code == 202
    expected = article_id("Example Wire", canonical_url="https://wire.example/rain", external_id=None, content="")
    assert answer.json() == {
        "accepted": 1,
        "refused": 0,
        "items": [{"index": 0, "status": "accepted", "id": expected, "note": None, "reason": None, "error": None}],
    }
    record = await raw.getone()
    assert (record.key, record.value) == (b"https://wire.example/rain", body)
    headers = dict(record.headers)
    assert headers["traceparent"] == TRACE.encode()
    assert headers["ce_specversion"] == b"1.0"


@pytest.mark.parametrize("lines", [True, False])
async def test_each_of_many_has_its_own_answer_and_the_good_ones_are_taken(
    writing: httpx.AsyncClient, raw: AIOKafkaConsumer, lines: bool
) -> None:
    parts = [b'{"source":"x","text":"a"}', b'{"source":"x"}', b"7", b'{"source":"x","html":"<p>b","external_id":"2"}']
    body = b"\n".join(parts) if lines else b"[" + b",".join(parts) + b"]"
    answer = await writing.post("/v1/articles", content=body, headers=LINES if lines else JSON)
    assert answer.status_code == 202
    items = answer.json()["items"]
    assert [item["status"] for item in items] == ["accepted", "refused", "refused", "accepted"]
    assert items[1]["error"] == "text, html: both are missing, expected one of them"
    assert items[0]["id"] is None
    assert "content" in items[0]["note"]
    values = {(await raw.getone()).value for _ in range(2)}
    assert values == {parts[0], parts[3]}


async def test_a_trace_that_is_none_goes_no_further(writing: httpx.AsyncClient, raw: AIOKafkaConsumer) -> None:
    await writing.post("/v1/articles", json=ARTICLE, headers={"traceparent": "x" * 5000})
    assert "traceparent" not in dict((await raw.getone()).headers)


async def test_the_largest_article_that_is_accepted_fits_the_topic(
    writing: httpx.AsyncClient, raw: AIOKafkaConsumer
) -> None:
    """Random enough that compression cannot make it fit."""
    size = RAW.max_record_bytes - RECORD_OVERHEAD_BYTES
    shell = b'{"source":"x","text":""}'
    text = random.Random(7).randbytes(size).hex()[: size - len(shell)].encode()
    body = shell[:-2] + text + shell[-2:]
    assert len(body) == size
    assert (await writing.post("/v1/articles", content=body, headers=JSON)).status_code == 202
    assert len((await raw.getone()).value) == size
    answer = await writing.post("/v1/articles", content=body[:-2] + b'x"}', headers=JSON)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("body", "headers", "status", "said"),
    [
        (b"", JSON, 400, "nothing was posted"),
        (b"{", JSON, 400, "not JSON"),
        (b"[{]", JSON, 400, "not a JSON array"),
        (b"[" * 100_000, JSON, 400, "nested too deep"),
        (b'{"source":"x"}', JSON, 422, "text, html"),
        (b'{"source":7,"text":"x"}', JSON, 422, "source: expected a string"),
        (b'{"source":"x","text":"\\ud800"}', JSON, 400, "not JSON"),
        (b"source=x", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "application/x-ndjson"),
        (b'{"source":"x","text":"x"}', {}, 415, "Content-Type"),
        (b'{"source":"x","text":"x"}', {**JSON, "Content-Encoding": "gzip"}, 415, "Content-Encoding"),
        (b'{"source":"x","text":"x"}', JSON, 503, "Push all of them again"),
    ],
)
async def test_what_cannot_be_taken_is_told_at_once(
    client: httpx.AsyncClient, api_settings: Settings, body: bytes, headers: dict[str, str], status: int, said: str
) -> None:
    key = bearer(await make_key(api_settings, Scope.WRITE))
    answer = await client.post("/v1/articles", content=body, headers={**headers, **key})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert said in answer.text


@pytest.mark.parametrize("chunked", [True, False])
async def test_a_body_above_the_limit_is_refused(api_settings: Settings, chunked: bool) -> None:
    """By what it says of its size before it is read, else as soon as it has grown too large."""
    settings = api_settings.model_copy(update={"api_body_bytes": 1 << 16})
    running = await start(settings)
    key = bearer(await make_key(settings, Scope.WRITE))
    content = pieces(settings.api_body_bytes + 1) if chunked else b" " * (settings.api_body_bytes + 1)
    async with running.client as client:
        answer = await client.post("/v1/articles", content=content, headers={**JSON, **key})
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
        answer = await client.post("/v1/articles", content=b" " * settings.api_body_bytes, headers={**JSON, **key})
        assert answer.status_code == 400
    await running.leave()


async def pieces(size: int) -> AsyncIterator[bytes]:
    for at in range(0, size, 1000):
        yield b" " * min(1000, size - at)


async def test_a_kafka_that_was_killed_is_written_to_again_once_it_is_back(
    tmp_path: Path, api_settings: Settings
) -> None:
    kafka = kafka_server(tmp_path)
    settings = api_settings.model_copy(update={"kafka_bootstrap": kafka.bootstrap})
    await create_topics(settings)
    topic = RawTopic(settings, write_seconds=2)
    (push,) = check([orjson.dumps(ARTICLE)])
    assert isinstance(push, Push)
    try:
        await topic.write([push], traceparent=None)
        kafka.server.kill()
        for _ in range(2):
            with pytest.raises(TransientError, match="Kafka"):
                await topic.write([push], traceparent=None)
        kafka.server.start()
        await topic.write([push], traceparent=None)
    finally:
        await topic.close()
        kafka.server.stop()
