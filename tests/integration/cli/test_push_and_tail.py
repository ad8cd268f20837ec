"""What someone at a terminal relies on: pushing files and reading topics."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from shared.settings import Settings
from shared.topics import RAW

pytestmark = pytest.mark.integration


class Khabar:
    """Runs the command as a person would, on this test's topics."""

    def __init__(self, settings: Settings) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KHABAR_")}
        self._environment = kept | {
            "KHABAR_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
            "KHABAR_TOPIC_PREFIX": settings.topic_prefix,
            "KHABAR_PARTITIONS": "3",
        }

    def __call__(self, *arguments: str, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "services.cli.app", *arguments],
            input=given,
            capture_output=True,
            timeout=60,
            env=self._environment | environment,
        )


@pytest.fixture
def khabar(settings: Settings) -> Khabar:
    """The command, with topics made."""
    khabar = Khabar(settings)
    done = khabar("topics", "create")
    assert done.returncode == 0, done.stderr
    return khabar


def _article(number: int) -> bytes:
    return orjson.dumps({"source": "test", "url": f"https://test.example/{number}", "text": f"text {number}"})


def _read(khabar: Khabar, topic: str = RAW.name) -> list[dict[str, object]]:
    done = khabar("tail", topic, "--from", "beginning", "--until-end")
    assert done.returncode == 0, done.stderr
    return [orjson.loads(line) for line in done.stdout.splitlines()]


def test_topics_are_created_once_and_checked(khabar: Khabar) -> None:
    again = khabar("topics", "create")
    check = khabar("topics", "check")

    assert again.stdout.decode().strip() == "all topics are there already"
    assert check.stdout.decode().strip() == "all 5 topics are there, with 3 partitions each"
    assert b"articles.enriched" in khabar("topics", "show").stdout


def test_refused_lines_are_named_and_the_others_are_pushed(khabar: Khabar) -> None:
    lines = [_article(1), b"{", b"", b'{"source": "a", "text": 5}', _article(2)]

    done = khabar("push", "-", given=b"\n".join(lines))

    assert done.returncode == 1
    told = done.stderr.decode()
    assert "line 2: not JSON in UTF-8" in told
    assert "line 4: text: expected a string, got an integer" in told
    assert "2 articles pushed" in done.stdout.decode()
    assert {article["text"] for article in _read(khabar)} == {"text 1", "text 2"}


def test_files_plain_and_gzipped_and_a_push_that_goes_on(khabar: Khabar, tmp_path: Path) -> None:
    plain, zipped = tmp_path / "plain.jsonl", tmp_path / "zipped.gz"
    plain.write_bytes(b"\n".join(_article(number) for number in range(5)))
    zipped.write_bytes(gzip.compress(b"\n".join(_article(number) for number in range(5, 10))))

    assert khabar("push", str(plain), "--skip", "2").returncode == 0
    assert khabar("push", str(zipped)).returncode == 0

    assert {article["text"] for article in _read(khabar)} == {f"text {number}" for number in range(2, 10)}


def test_what_is_too_large_for_the_topic_is_told_at_once(khabar: Khabar) -> None:
    large = orjson.dumps({"source": "test", "text": "x" * RAW.max_record_bytes})

    done = khabar("push", "-", given=large)

    assert done.returncode == 1
    assert "articles.raw takes at most" in done.stderr.decode()


def test_a_broken_file_is_one_sentence(khabar: Khabar, tmp_path: Path) -> None:
    missing = khabar("push", str(tmp_path / "none.jsonl"))
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(_article(1) * 100)[:40])
    broken = khabar("push", str(cut))

    assert missing.returncode == 2
    assert "cannot be read" in missing.stderr.decode()
    assert broken.returncode == 2
    assert "Traceback" not in broken.stderr.decode()


def test_no_broker_is_one_sentence(khabar: Khabar) -> None:
    done = khabar("push", "-", given=_article(1), KHABAR_KAFKA_BOOTSTRAP="127.0.0.1:1")

    assert done.returncode == 2
    assert "no Kafka broker answers at 127.0.0.1:1" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_a_group_keeps_its_place(khabar: Khabar) -> None:
    khabar("push", "-", given=b"\n".join(_article(number) for number in range(6)))
    first = khabar("tail", RAW.name, "--group", "readers", "--from", "beginning", "--max", "4")
    rest = khabar("tail", RAW.name, "--group", "readers", "--from", "beginning", "--until-end")

    assert len(first.stdout.splitlines()) == 4
    assert len(rest.stdout.splitlines()) == 2
