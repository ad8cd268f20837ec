"""Another topic service in place of the model, and what happens when it is away."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.classifier.http_topics import EndpointError, HttpTopics
from services.classifier.reading import read
from services.classifier.topics import answer
from shared.outcomes import TransientError
from tests.unit.classifier.samples import article

Serve = Callable[[int, bytes], str]


@pytest.fixture
def asked() -> list[dict[str, object]]:
    return []


@pytest.fixture
def serve(asked: list[dict[str, object]]) -> Iterator[Serve]:
    servers: list[ThreadingHTTPServer] = []

    def start(status: int, content: bytes) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/topics?v=1"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_its_answers_become_topics(serve: Serve, asked: list[dict[str, object]]) -> None:
    url = serve(200, b'{"topics": [{"spo": 0.9, "ebf": 0.45, "pol": 0.2}, {"pol": 0.3}]}')
    first, second = answer(read([article("t", "x", language="sw"), article("u", "y")]), HttpTopics(url), None)
    assert [topic.slug for topic in first.topics] == ["spo", "ebf"]
    assert second.topics == ()
    assert asked == [
        {
            "articles": [
                {"title": "t", "text": "x", "language": "sw", "source": "example", "url": None},
                {"title": "u", "text": "y", "language": "ar", "source": "example", "url": None},
            ]
        }
    ]


@pytest.mark.parametrize(
    ("status", "content", "words"),
    [
        (503, b"", "503"),
        (200, b"<html>", "cannot be read"),
        (200, b"\xff", "cannot be read"),
        (200, b'{"topics": []}', "0 articles, 1 were asked"),
        (200, b'{"topics": [{"spo": 2}]}', "cannot be read"),
        (200, b'{"topics": [{"sport": 1}]}', "cannot be read"),
    ],
)
def test_anything_else_is_tried_again(serve: Serve, status: int, content: bytes, words: str) -> None:
    with pytest.raises(TransientError, match=words):
        HttpTopics(serve(status, content)).probabilities(read([article("t", "x")]))


def test_a_service_that_is_too_slow_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection and never answers
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(TransientError, match=r"cannot be asked.*timed out"):
            HttpTopics(url, timeout_seconds=0.05).probabilities(read([article("t", "x")]))


def test_a_service_that_answers_a_little_at_a_time_has_no_longer_than_another() -> None:
    """Each piece comes in time; all of them would take ten times as long as an answer may."""
    with socket.create_server(("127.0.0.1", 0)) as slow:
        url = f"http://127.0.0.1:{slow.getsockname()[1]}/"
        thread = threading.Thread(target=lambda: _piece_by_piece(slow.accept()[0]))
        thread.start()
        with pytest.raises(TransientError, match=r"cannot be asked.*timed out"):
            HttpTopics(url, timeout_seconds=0.2).probabilities(read([article("t", "x")]))
        thread.join()


def _piece_by_piece(connection: socket.socket) -> None:
    with connection, suppress(ConnectionError):
        connection.recv(1 << 16)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n")
        for _ in range(200):
            connection.sendall(b" ")
            time.sleep(0.01)


def test_a_service_that_breaks_off_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as broken:
        url = f"http://127.0.0.1:{broken.getsockname()[1]}/"
        thread = threading.Thread(target=lambda: _half_an_answer(broken.accept()[0]))
        thread.start()
        with pytest.raises(TransientError, match="cannot be asked"):
            HttpTopics(url).probabilities(read([article("t", "x")]))
        thread.join()


def _half_an_answer(connection: socket.socket) -> None:
    with connection:
        connection.recv(1 << 16)
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"topics"')


def test_a_service_that_is_away_is_tried_again() -> None:
    with pytest.raises(TransientError, match="cannot be asked"):
        HttpTopics("http://127.0.0.1:9/").probabilities(read([article("t", "x")]))


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x/", "http://"])
def test_an_address_that_cannot_be_asked_is_refused_at_start(url: str) -> None:
    with pytest.raises(EndpointError, match="http://"):
        HttpTopics(url)
