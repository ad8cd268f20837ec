"""Apache Kafka's jars: fetched from Maven Central once, each checked against the digest in kafka_jars.txt."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import requests
from jgo.maven import MavenContext

from deploy.local.failure import LocalError
from deploy.local.folder import only_one

LOCK = Path(__file__).with_name("kafka_jars.txt")
DOWNLOADS_AT_ONCE = 8
TIMEOUT_SECONDS = 60
TRIES = 3  # a connection that breaks off in the middle of 44 MB is common


@dataclass(frozen=True, slots=True)
class Jar:
    """One file of the class path: its Maven coordinate and its SHA-256 in hex."""

    group: str
    artifact: str
    version: str
    digest: str

    @property
    def file(self) -> str:
        """Its file name."""
        return f"{self.artifact}-{self.version}.jar"


def locked_jars() -> list[Jar]:
    """The jars of kafka_jars.txt, sorted by coordinate."""
    lines = LOCK.read_text("ascii").splitlines()
    return [_parse(line) for line in lines if line and not line.startswith("#")]


def _parse(line: str) -> Jar:
    coordinate, digest = line.split(" sha256:")
    group, artifact, version = coordinate.split(":")
    return Jar(group, artifact, version, digest)


def ensure_jars(local: Path, say: Callable[[str], None] = lambda _: None) -> Path:
    """The folder with every jar, fetched on the first call. Raises LocalError with what to do where that fails."""
    jars = locked_jars()
    name = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    folder = local / f"kafka-jars-{name}"
    with only_one(local / "kafka-jars.lock"):
        if not folder.is_dir():
            say(f"Fetching Apache Kafka ({len(jars)} jars, 44 MB, once) into {folder}")
            _fetch_all(jars, folder)
    return folder


def _fetch_all(jars: list[Jar], folder: Path) -> None:
    partial = folder.with_suffix(".partial")
    partial.mkdir(exist_ok=True)
    try:
        with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
            list(pool.map(lambda jar: _fetch(jar, partial), jars))
    except OSError as exc:  # requests' errors are OSErrors too
        raise LocalError(_sentence(exc, folder)) from exc
    shutil.rmtree(partial / "maven", ignore_errors=True)
    partial.rename(folder)


def _fetch(jar: Jar, partial: Path) -> None:
    target = partial / jar.file
    if target.exists():
        return
    for attempt in range(1, TRIES + 1):
        # A folder of its own for each: jgo writes in place, and what broke off must not look complete.
        cache = partial / "maven" / f"{jar.artifact}-{attempt}"
        shutil.rmtree(cache, ignore_errors=True)
        try:
            path = _download(jar, cache)
            break
        except requests.RequestException:
            if attempt == TRIES:
                raise
    if hashlib.sha256(path.read_bytes()).hexdigest() != jar.digest:
        raise LocalError(
            f"{jar.group}:{jar.artifact}:{jar.version} as fetched from Maven Central is not the file that this "
            "project was tested with (its SHA-256 differs): a proxy may have replaced it; try again elsewhere."
        )
    path.rename(target)


def _download(jar: Jar, cache: Path) -> Path:
    context = MavenContext(repo_cache=cache, timeout=TIMEOUT_SECONDS)
    try:
        return Path(context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve())
    except RuntimeError as exc:  # jgo's answer to every status but 200, and to a wrong SHA-1
        raise LocalError(
            f"Maven Central did not give {jar.group}:{jar.artifact}:{jar.version}: {str(exc).splitlines()[0]}. If a "
            "proxy stands between, set HTTPS_PROXY to one that lets Maven Central through, then try again."
        ) from exc


def _sentence(exc: OSError, folder: Path) -> str:
    if isinstance(exc, requests.exceptions.ProxyError):
        return (
            "The proxy in HTTPS_PROXY (or HTTP_PROXY) did not let Apache Kafka's jars through from Maven Central: "
            f"correct it or unset it, then try again ({_cause(exc)})."
        )
    if isinstance(exc, requests.exceptions.SSLError):
        return (
            "Maven Central's certificate was not accepted, most often because a proxy opens TLS: set "
            f"REQUESTS_CA_BUNDLE to the file with your proxy's authority, then try again ({_cause(exc)})."
        )
    if isinstance(exc, requests.RequestException):
        return (
            "Maven Central cannot be reached, and Apache Kafka's jars are needed once: connect to the network, or "
            f"set HTTPS_PROXY where one is needed, then try again ({_cause(exc)})."
        )
    return f"Apache Kafka's jars could not be written into {folder.parent}: {exc.strerror or exc}; 100 MB are needed."


def _cause(exc: BaseException) -> str:
    while exc.__context__ is not None:
        exc = exc.__context__
    return f"{type(exc).__name__}: {exc}"[:200]
