"""Kafka's jars are the very files that the project was tested with, or none."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import requests

from deploy.local import kafka_jars
from deploy.local.failure import LocalError
from deploy.local.kafka_jars import Jar, ensure_jars, locked_jars

CONTENT = b"a jar"
JAR = Jar("org.example", "thing", "1.0", hashlib.sha256(CONTENT).hexdigest())


def _serve(monkeypatch: pytest.MonkeyPatch, *answers: bytes | Exception) -> list[Path]:
    """Maven Central gives these answers, one after the other; the list grows with each download's folder."""
    asked: list[Path] = []

    def download(jar: Jar, cache: Path) -> Path:
        answer = answers[len(asked)]
        asked.append(cache)
        if isinstance(answer, Exception):
            raise answer
        cache.mkdir(parents=True)
        (cache / jar.file).write_bytes(answer)
        return cache / jar.file

    monkeypatch.setattr(kafka_jars, "_download", download)
    monkeypatch.setattr(kafka_jars, "locked_jars", lambda: [JAR])
    return asked


def test_the_lock_names_one_kafka_and_no_file_twice() -> None:
    jars = locked_jars()
    kafka = {jar.version for jar in jars if jar.group == "org.apache.kafka"}
    assert kafka == {"4.3.0"}
    assert len({jar.file for jar in jars}) == len(jars)
    assert all(len(jar.digest) == 64 for jar in jars)


def test_jars_are_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _serve(monkeypatch, CONTENT)
    folder = ensure_jars(tmp_path)
    assert ensure_jars(tmp_path) == folder
    assert [file.name for file in folder.iterdir()] == [JAR.file]
    assert len(asked) == 1


def test_a_connection_that_broke_off_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _serve(monkeypatch, requests.exceptions.ChunkedEncodingError("broken off"), CONTENT)
    assert (ensure_jars(tmp_path) / JAR.file).read_bytes() == CONTENT


def test_another_file_than_the_tested_one_is_refused_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _serve(monkeypatch, b"something else", CONTENT)
    with pytest.raises(LocalError, match=r"org\.example:thing:1\.0 .*its SHA-256 differs"):
        ensure_jars(tmp_path)
    assert (ensure_jars(tmp_path) / JAR.file).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("failure", "cause", "remedy"),
    [
        (requests.exceptions.ProxyError("407"), "proxy", "correct it or unset it"),
        (requests.exceptions.SSLError("self-signed"), "certificate", "REQUESTS_CA_BUNDLE"),
        (requests.exceptions.ConnectionError("no route"), "cannot be reached", "connect to the network"),
        (requests.exceptions.ReadTimeout("60 s"), "cannot be reached", "connect to the network"),
        (OSError(28, "No space left on device"), "No space left on device", "100 MB are needed"),
    ],
)
def test_each_obstacle_gives_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception, cause: str, remedy: str
) -> None:
    _serve(monkeypatch, *[failure] * kafka_jars.TRIES)
    with pytest.raises(LocalError) as told:
        ensure_jars(tmp_path)
    assert cause in str(told.value)
    assert remedy in str(told.value)
