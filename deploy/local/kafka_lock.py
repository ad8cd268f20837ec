"""Writes kafka_jars.txt anew for a version of Kafka: `python -m deploy.local.kafka_lock VERSION`."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import jgo
from jgo.maven import MavenContext

from deploy.local.kafka_jars import LOCK

HEADER = "# The jars of Apache Kafka's broker and the logging it binds to, each by Maven coordinate and SHA-256.\n"
# Kafka's own distribution adds it; without it the broker is silent. Its version must be log4j-core's. It is not
# resolved together with Kafka: its parent would then manage the versions of Kafka's clients.
LOGGING = "org.apache.logging.log4j:log4j-slf4j-impl"


def main(version: str) -> None:
    """Resolves, downloads and writes the lock."""
    found = [f"{each.groupId}:{each.artifactId}:{each.version}" for each in _resolve(version)]
    log4j = next(each.split(":")[2] for each in found if ":log4j-core:" in each)
    with tempfile.TemporaryDirectory() as cache:
        lines = sorted(_line(coordinate, Path(cache)) for coordinate in [*found, f"{LOGGING}:{log4j}"])
    LOCK.write_text(HEADER + "".join(lines), "ascii")


def _resolve(version: str) -> Iterable[jgo.maven.Artifact]:
    artifacts: Iterable[jgo.maven.Artifact] = jgo.resolve(f"org.apache.kafka:kafka_2.13:{version}")
    return artifacts


def _line(coordinate: str, cache: Path) -> str:
    group, artifact, version = coordinate.split(":")
    context = MavenContext(repo_cache=cache, timeout=60)
    path = Path(context.project(group, artifact).at_version(version).artifact().resolve())
    return f"{coordinate} sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


if __name__ == "__main__":
    main(sys.argv[1])
