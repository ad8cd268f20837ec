"""Redis loses everything between two halves of the samples: verdicts, revisions and the cache are as if it had not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import pytest
from redis import Redis

from deploy.samples import ARTICLES
from shared.settings import Settings, load_settings
from shared.topics import ENRICHED
from tests.chaos.consumers import cached, newest_of
from tests.end_to_end.test_samples import PUSHED_AGAIN, SAMPLES, groups
from tests.reading import committed_once_there_are, events
from tests.servers import redis_server
from tests.servers.services import Services
from tests.waiting import eventually

pytestmark = pytest.mark.end_to_end

FIRST_HALF = 60  # holds originals whose copies, excerpts and revisions come later


async def test_what_was_known_before_is_known_again(kafka_bootstrap: str, topic_prefix: str, tmp_path: Path) -> None:
    redis = redis_server(tmp_path / "redis")
    settings = load_settings(
        {
            "KHABAR_KAFKA_BOOTSTRAP": kafka_bootstrap,
            "KHABAR_REDIS_URL": redis.url,
            "KHABAR_TOPIC_PREFIX": topic_prefix,
            "KHABAR_PARTITIONS": "4",
        }
    )
    services = Services(tmp_path, settings)
    first = tmp_path / "first.jsonl"
    first.write_bytes(b"".join(ARTICLES.read_bytes().splitlines(keepends=True)[:FIRST_HALF]))
    try:
        await asyncio.to_thread(services.start)
        services.khabar("push", str(first))
        before = await committed_once_there_are(settings, ENRICHED, FIRST_HALF)
        await _cache_holds(settings, len(newest_of(before)))
        Redis.from_url(redis.url).flushall()
        services.khabar("push", str(ARTICLES), "--skip", str(FIRST_HALF))
        records = await committed_once_there_are(settings, ENRICHED, SAMPLES - PUSHED_AGAIN)
        newest = newest_of(records)
        await _cache_holds(settings, len(newest))
        held = await cached(settings)
        in_process = [orjson.loads(line) for line in services.khabar("enrich", str(ARTICLES)).splitlines()]
    finally:
        services.stop()
        redis.server.stop()

    assert groups(events(records)) == groups(in_process)
    assert {(e["id"], e["revision"]["number"]) for e in events(records)} == {
        (e["id"], e["revision"]["number"]) for e in in_process
    }
    assert held == newest


async def _cache_holds(settings: Settings, articles: int) -> None:
    async def holds() -> bool:
        return len(await cached(settings)) >= articles

    await eventually(holds, f"{articles} articles in the cache", seconds=60)
