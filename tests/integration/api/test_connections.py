"""Clients that keep connections open: by sending slowly, by sending nothing, by a head without end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from services.api.access.record import Scope
from services.api.connections import HEAD_BYTES, BoundedProtocol
from shared.metrics import REGISTRY
from shared.settings import Settings
from tests.integration.api.bytewise import connection
from tests.integration.api.conftest import start
from tests.integration.api.waiting import until
from tests.keys import make_key
from tests.waiting import eventually

pytestmark = pytest.mark.integration

GET = b"GET /v1/articles HTTP/1.1\r\nHost: khabar.example\r\n"
WHOLE = GET + b"\r\n"
POST = b"POST /v1/articles HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


class Hasty(BoundedProtocol):
    """Waits for a moment only."""

    head_seconds = 0.3
    body_seconds = 0.3


@pytest.fixture
async def address(api_settings: Settings) -> AsyncIterator[tuple[str, int]]:
    running = await start(api_settings, protocol=Hasty)
    url = urlsplit(running.server.url)
    assert url.hostname
    assert url.port
    yield url.hostname, url.port
    await running.client.aclose()
    await running.leave()


@pytest.fixture
async def key(api_settings: Settings) -> bytes:
    """A header that lets write."""
    return f"Authorization: Bearer {await make_key(api_settings, Scope.WRITE)}\r\n".encode()


def cut_off(answer: bytes, status: int = 408) -> bool:
    """What is sent to a server that has closed resets the connection, and what was said last may be lost."""
    return answer == b"" or answer.startswith(f"HTTP/1.1 {status} ".encode())


async def test_a_connection_on_which_nothing_comes_is_ended(address: tuple[str, int]) -> None:
    async with connection(address) as client:
        assert await client.rest() == b""


@pytest.mark.parametrize(
    ("first", "part"),
    [(GET + b"X-Slow: ", b"a"), (b"", b"\r\n"), (b"GE", b""), (b"GET /", b"a")],
    ids=["a header", "blank lines", "two bytes", "an address"],
)
async def test_a_head_that_trickles_is_cut_off(address: tuple[str, int], first: bytes, part: bytes) -> None:
    async with connection(address) as client:
        await client.send(first)
        assert cut_off(await client.rest(part))


@pytest.mark.parametrize("part", [b"\r\n", b"G"])
async def test_so_is_one_that_follows_a_good_request(address: tuple[str, int], part: bytes) -> None:
    async with connection(address) as client:
        await client.send(WHOLE)
        assert await client.status() == 200
        await client.send(part)
        assert cut_off(await client.rest(b"\r\n" if part == b"\r\n" else b""))


@pytest.mark.parametrize(
    ("length", "part"),
    [(b"Content-Length: 100000\r\n", b" "), (b"Transfer-Encoding: chunked\r\n", b"1\r\n \r\n")],
    ids=["of a length", "chunked"],
)
async def test_a_body_that_trickles_is_cut_off(
    address: tuple[str, int], key: bytes, length: bytes, part: bytes
) -> None:
    async with connection(address) as client:
        await client.send(POST + key + length + b"\r\n")
        assert cut_off(await client.rest(part))


@pytest.mark.parametrize(("start", "status"), [(GET, 200), (POST, 401)], ids=["reading", "without a key"])
async def test_a_body_after_the_answer_is_cut_off(address: tuple[str, int], start: bytes, status: int) -> None:
    async with connection(address) as client:
        await client.send(start + b"Content-Length: 100000\r\n\r\n")
        assert await client.status() == status
        assert await client.rest(b" ") == b""


async def test_a_client_that_leaves_in_the_middle_is_no_fault_of_the_api(
    address: tuple[str, int], key: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _count(400)
    async with connection(address) as client:
        await client.send(POST + key + b"Content-Length: 100000\r\n\r\n{")
        await asyncio.sleep(0)
    await until(lambda: _count(400) > before)
    assert "answered 500" not in capsys.readouterr().out


def _count(status: int, *, method: str = "POST", route: str = "/v1/articles") -> float:
    labels = {"method": method, "route": route, "status": str(status)}
    return REGISTRY.get_sample_value("khabar_http_requests_total", labels) or 0.0


async def test_a_body_that_comes_steadily_may_take_longer(address: tuple[str, int], key: bytes) -> None:
    """Above the least rate, for longer than a body may wait at first."""
    part = b" " * 4000
    async with connection(address) as client:
        await client.send(POST + key + b"Content-Length: 120000\r\n\r\n")
        for _ in range(30):
            await client.send(part)
            await asyncio.sleep(0.02)
        assert await client.status() == 400


@pytest.mark.parametrize(("surplus", "status"), [(0, 200), (1, 431)])
async def test_a_head_may_be_so_large_and_no_larger(address: tuple[str, int], surplus: int, status: int) -> None:
    counted = len(b"/v1/articles") + len(b"Hostx") + len(b"X-Large")
    async with connection(address) as client:
        value = b"a" * (HEAD_BYTES - counted + surplus)
        await client.send(b"GET /v1/articles HTTP/1.1\r\nHost: x\r\nX-Large: " + value + b"\r\n\r\n")
        assert await client.status() == status


@pytest.mark.parametrize(
    "head",
    [GET + b"X-Large: " + b"a" * HEAD_BYTES, b"GET /" + b"a" * HEAD_BYTES, GET + b"A: b\r\n" * (HEAD_BYTES // 4)],
    ids=["a header", "an address", "many headers"],
)
async def test_a_head_without_end_is_refused_while_it_comes(address: tuple[str, int], head: bytes) -> None:
    async with connection(address) as client:
        before = _count(431, method="other", route="none")
        await client.send(head)
        assert cut_off(await client.rest(), 431)
        assert _count(431, method="other", route="none") == before + 1


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/9.9\r\n\r\n",
        GET + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        GET + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n123456",
        GET + b"Content-Length: -1\r\n\r\n",
        GET + b"Bad Header: x\r\n\r\n",
        GET + b"X-A: b\x00c\r\n\r\n",
        GET + b" folded: x\r\n\r\n",
        b"CONNECT khabar.example:443 HTTP/1.1\r\nHost: khabar.example:443\r\n\r\n",
        b"GET /v1/articles HTTP/1.1\nHost: x\n\n",
    ],
)
async def test_what_two_servers_might_read_in_two_ways_is_refused(address: tuple[str, int], request_: bytes) -> None:
    async with connection(address) as client:
        await client.send(request_)
        assert (await client.rest()).startswith(b"HTTP/1.1 400 ")


async def test_so_many_connections_there_may_be_and_a_client_that_leaves_makes_room(api_settings: Settings) -> None:
    running = await start(api_settings, most_connections=3)
    url = urlsplit(running.server.url)
    assert url.hostname
    assert url.port
    address = url.hostname, url.port
    async with connection(address) as first, connection(address) as second:
        for client in (first, second):
            await client.send(WHOLE)
            assert await client.status() == 200
        async with connection(address) as third:
            assert (await third.rest()).startswith(b"HTTP/1.1 503 ")
        await first.send(WHOLE)
        assert await first.status() == 200

    async def there_is_room() -> bool:
        async with connection(address) as client:
            with suppress(ConnectionError):
                await client.send(GET + b"Connection: close\r\n\r\n")
            return (await client.rest()).startswith(b"HTTP/1.1 200 ")

    await eventually(there_is_room, "those that left are not counted any more")
    await running.client.aclose()
    await running.leave()


async def test_nothing_but_http_is_spoken(address: tuple[str, int]) -> None:
    async with connection(address) as client:
        await client.send(
            GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        assert await client.status() == 200
