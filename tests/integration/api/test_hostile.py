"""Requests and articles that mean harm: tricks with paths, hosts and encodings, bombs, and titles without end."""

from __future__ import annotations

import gzip
import random
import re
import zlib
from urllib.parse import urlsplit

import httpx
import pytest
import zstandard

from services.api.access.record import Scope
from services.cache.cursor import MAX_CURSOR_CHARACTERS
from shared.settings import Settings
from tests.articles import enriched
from tests.integration.api.bytewise import connection
from tests.integration.api.conftest import Running, start
from tests.integration.cache.arrivals import Arrivals
from tests.keys import bearer, make_key

pytestmark = pytest.mark.integration

BOMB_BYTES = 8 << 20  # a thousand times what is sent of it
PATHS = (
    "/v1%2Farticles", "/v1%252Farticles", "/v1//articles", "//v1/articles", "/v1/articles/", "/v1/./articles",
    "/v1/x/../articles", "/v1/%2e%2e/v1/articles", "/V1/ARTICLES", "/v1/articles%00", "/v1/articles%00.json",
    "/v1\\articles", "/v1/articles;a=b", "/v1/articles%20", "/%76%31/articles", "/v1/articles?", "/v1/articles#",
    "/v1/articles%0d%0aX-Set: a", "/static/..%2f..%2fapp.py", "/static/../../app.py", "/static/%2e%2e/%2e%2e/app.py",
    "/static/....//app.py", "/static/khabar.css%00.txt", "/static//etc/passwd", "/static/%2fetc%2fpasswd",
    "/static/..%c0%af..%c0%afapp.py", "/static/%e0%80%af", "/articles/%ff%fe", "/articles/%c0%ae%c0%ae",
    "/articles/%00", "/v1/articles/%e2%80%ae", "/v1/articles/{}", "/%", "/%zz", "/%u0041", "/" + "a" * 20_000,
    "/" + "/" * 5_000, "/" + "%2e%2e/" * 500, "http://evil.example/v1/articles", "http://evil.example@localhost/",
    "/schema/../access",
)  # fmt: skip


WHOLE = (
    b"GET /v1/articles?language=ar&limit=2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: */*\r\n\r\n",
    b"GET /?topic=pol HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: khabar-session=a; b=c\r\n\r\n",
    b"POST /v1/articles HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
    b"Authorization: Bearer khabar_x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}   \r\n0\r\n\r\n",
    b'HEAD /v1/feed.atom HTTP/1.0\r\nHost: localhost\r\nIf-None-Match: "a", W/"b"\r\nContent-Length: 0\r\n\r\n',
)


async def ask(running: Running, method: str, target: str, headers: str = "Host: localhost") -> tuple[int, bytes]:
    """Status and all that was answered, to a request line as it stands here."""
    url = urlsplit(running.server.url)
    assert url.hostname
    assert url.port
    async with connection((url.hostname, url.port)) as client:
        await client.send(f"{method} {target} HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n".encode())
        answer = await client.rest()
    return int(answer.split(b" ", 2)[1]), answer


async def test_no_trick_with_a_path_gets_past_the_guard_or_out_of_the_page(running: Running) -> None:
    for target in PATHS:
        status, answer = await ask(running, "GET", target)
        assert status in {200, 400, 404, 405}, target
        assert b"import" not in answer, target
        assert b"root:" not in answer, target
        assert b"\r\nx-set:" not in answer.lower(), target
        status, _ = await ask(running, "POST", target, "Host: localhost\r\nContent-Length: 0")
        assert status in {400, 401, 404, 405}, target


async def test_where_reading_needs_a_key_no_path_goes_round_it(api_settings: Settings) -> None:
    running = await start(api_settings.model_copy(update={"api_readers": "keys"}))
    async with running.client:
        for target in PATHS:
            for method in ("GET", "HEAD", "OPTIONS"):
                status, answer = await ask(running, method, target)
                assert status in {400, 401, 404, 405}, (method, target, answer[:200])
    await running.leave()


async def test_asking_for_the_head_of_a_stream_opens_none(running: Running) -> None:
    for target in ("/v1/stream", "/v1/stream/", "//v1//stream"):
        assert (await ask(running, "HEAD", target))[0] == 405


def spoilt(request: bytes, chance: random.Random) -> bytes:
    """The request with some bytes changed, left out or said again."""
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(request))
        part = chance.choice(
            (b"", chance.randbytes(chance.randint(1, 4)), request[at : at + chance.randint(1, 30)] * 2)
        )
        request = request[:at] + part + request[at + chance.randint(0, 2) :]
    return request


async def test_rubbish_is_no_fault_of_the_api(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    chance, url = random.Random(11), urlsplit(running.server.url)
    assert url.hostname
    assert url.port
    for number in range(200):
        request = spoilt(chance.choice(WHOLE), chance) + b"\r\n\r\n"
        async with connection((url.hostname, url.port)) as client:
            await client.send(request)
            client.writer.write_eof()
            answer = await client.rest()
        assert answer == b"" or re.match(rb"HTTP/1\.[01] [234]", answer), (number, request, answer[:100])
    assert (await running.client.get("/v1/articles")).status_code == 200
    assert "answered 500" not in capsys.readouterr().out


@pytest.mark.parametrize("host", ['a"b', "a<b>", "a b", "a/../b", "x\x0by", "[::1", "a@b", "a: b", "a:b", "ا"])
async def test_a_host_that_is_no_name_is_not_repeated(running: Running, arrivals: Arrivals, host: str) -> None:
    """In the addresses of feeds, for one."""
    await arrivals.apply(enriched())
    status, answer = await ask(running, "GET", "/v1/feed.atom", f"Host: {host}")
    assert status == 400 or f"//{host}".encode() not in answer


@pytest.mark.parametrize(
    "cursor", ["x", "-1", "MTo", "A" * MAX_CURSOR_CHARACTERS, "A" * 5000, "%00", "%ff", "../0", "0:0:0", "1e9", "خ"]
)
async def test_a_cursor_that_is_none_is_refused_wherever_it_is_given(client: httpx.AsyncClient, cursor: str) -> None:
    for path in (f"/v1/articles?since={cursor}", f"/v1/articles?before={cursor}", f"/v1/stream?since={cursor}"):
        assert (await client.get(path)).status_code == 400, path
    assert (await client.get(f"/?before={cursor}")).status_code == 400


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(bytes(BOMB_BYTES), 1)),
        ("zstd", zstandard.compress(bytes(BOMB_BYTES))),
        ("deflate", zlib.compress(bytes(BOMB_BYTES), 1)),
        ("br", b""),
        ("gzip, gzip", b""),
    ],
)
async def test_a_bomb_is_refused_as_it_came(
    client: httpx.AsyncClient, api_settings: Settings, coding: str, body: bytes
) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": coding}
    headers |= bearer(await make_key(api_settings, Scope.WRITE))
    answer = await client.post("/v1/articles", content=body, headers=headers)
    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")


async def test_nor_is_one_unpacked_on_its_way(running: Running) -> None:
    headers = "Host: localhost\r\nTransfer-Encoding: gzip, chunked"
    assert (await ask(running, "POST", "/v1/articles", headers))[0] in {400, 401}


async def test_a_title_without_end_is_cut_on_the_page_and_whole_in_the_api(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    title = "عنوان " * 100_000
    article = enriched("huge", title=title, language="ar", direction="rtl")
    await arrivals.apply(article)
    assert len((await client.get("/")).content) < 100_000
    assert (await client.get(f"/v1/articles/{article.id}")).json()["title"] == title
    for path in (f"/articles/{article.id}", "/v1/feed.atom", "/v1/feed.rss", "/v1/feed.json"):
        assert (await client.get(path)).status_code == 200


async def test_a_title_that_turns_text_around_turns_its_own_alone(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    """Each stands whole in an element that isolates it: what follows is not turned."""
    title = "\u202egnp.exe \u2066 \u202b open"
    article = enriched("bidi", title=title, source="\u202eelttil")
    await arrivals.apply(article)
    wire = (await client.get("/")).text
    assert f">{title}</a></h2>" in wire
    assert "<bdi>\u202eelttil</bdi>" in wire
    page = (await client.get(f"/articles/{article.id}")).text
    assert f'dir="ltr">{title}</h1>' in page
    assert "<bdi>\u202eelttil</bdi>" in page
