from __future__ import annotations

import zlib

import httpx
import pytest
import zstandard

from services.api.compression import MIN_BYTES, THREAD_BYTES
from tests.articles import enriched
from tests.integration.api.conftest import Running
from tests.integration.cache.arrivals import Arrivals

pytestmark = pytest.mark.integration


async def raw(client: httpx.AsyncClient, path: str, accepted: str, method: str = "GET") -> tuple[httpx.Headers, bytes]:
    """Headers and the bytes that came, as they came."""
    async with client.stream(method, path, headers={"Accept-Encoding": accepted}) as answer:
        assert answer.status_code == 200
        return answer.headers, b"".join([part async for part in answer.aiter_raw()])


@pytest.mark.parametrize(
    "path",
    ["/v1/articles?limit=3", "/v1/feed.json", "/v1/feed.atom", "/v1/feed.rss", "/", "/schema", "/static/khabar.css"],
)
async def test_whole_answers_are_compressed_as_the_client_prefers(
    client: httpx.AsyncClient, arrivals: Arrivals, path: str
) -> None:
    await arrivals.apply(*(enriched(name) for name in "abc"))
    plain_headers, plain = await raw(client, path, "identity")
    zstd_headers, zstd = await raw(client, path, "gzip, zstd")
    gzip_headers, gzip = await raw(client, path, "gzip")
    head_headers, nothing = await raw(client, path, "gzip", "HEAD")
    assert [headers.get("content-encoding") for headers in (plain_headers, zstd_headers, gzip_headers)] == [
        None,
        "zstd",
        "gzip",
    ]
    assert zstandard.ZstdDecompressor().decompress(zstd) == zlib.decompress(gzip, wbits=31) == plain
    assert nothing == b""
    assert head_headers["content-length"] == gzip_headers["content-length"] == str(len(gzip))
    for headers in (plain_headers, zstd_headers, gzip_headers):
        assert "Accept-Encoding" in headers["vary"]
        assert headers.get("etag") == plain_headers.get("etag")


async def test_small_answers_and_answers_without_a_body_stay_as_they_are(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    headers, body = await raw(client, "/v1/articles", "gzip")
    assert len(body) < MIN_BYTES
    assert "content-encoding" not in headers
    await arrivals.apply(*(enriched(name) for name in "abc"))
    tag = (await client.get("/v1/articles")).headers["etag"]
    again = await client.get("/v1/articles", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["vary"]) == (304, b"", "Accept-Encoding")


async def test_a_large_answer_is_whole(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    article = enriched(text="مطر في الشمال. " * THREAD_BYTES)
    await arrivals.apply(article)
    assert (await client.get(f"/v1/articles/{article.id}")).json()["text"] == article.text


async def test_the_stream_is_never_compressed(running: Running, arrivals: Arrivals) -> None:
    await arrivals.apply(*(enriched(name) for name in "abcdefgh"))
    asked = {"Accept-Encoding": "gzip, zstd"}
    async with running.client.stream("GET", "/v1/stream?since=0", headers=asked) as answer:
        first = await anext(answer.aiter_raw())
        assert first.startswith(b"retry:")
        assert "content-encoding" not in answer.headers
