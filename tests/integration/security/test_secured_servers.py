"""Khabar on servers that want TLS and a password, and what it says when it has neither."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import pytest

from services.cache.stage import Cache
from shared.outcomes import Applied, Coordinates, Received, TransientError
from shared.positions import NO_OFFSET, Span
from shared.redis import connect
from shared.settings import Settings, load_settings
from shared.topics import ENRICHED
from tests.articles import enriched
from tests.integration.security.conftest import PASSWORD, USER, Authority
from tests.servers.services import ONE_OF_EACH, Services, fetch
from tests.waiting import eventually

pytestmark = pytest.mark.integration


@pytest.fixture
def secured(secure_kafka: str, secure_redis: str, authority: Authority, topic_prefix: str) -> dict[str, str]:
    """The variables that an operator would set."""
    return {
        "KHABAR_KAFKA_BOOTSTRAP": secure_kafka,
        "KHABAR_KAFKA_SECURITY": "SASL_SSL",
        "KHABAR_KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
        "KHABAR_KAFKA_USERNAME": USER,
        "KHABAR_KAFKA_PASSWORD": PASSWORD,
        "KHABAR_KAFKA_CA_FILE": str(authority.ca_file),
        "KHABAR_REDIS_URL": secure_redis,
        "KHABAR_REDIS_USERNAME": USER,
        "KHABAR_REDIS_PASSWORD": PASSWORD,
        "KHABAR_REDIS_CA_FILE": str(authority.ca_file),
        "KHABAR_TOPIC_PREFIX": topic_prefix,
        "KHABAR_PARTITIONS": "2",
    }


async def test_articles_flow_from_push_to_page(secured: dict[str, str], tmp_path: Path) -> None:
    services = Services(tmp_path, load_settings(secured), ONE_OF_EACH, **secured)
    articles = tmp_path / "articles.jsonl"
    articles.write_bytes(orjson.dumps({"source": "a", "url": "https://a.example/1", "text": "خبر قصير من المدينة"}))
    try:
        await asyncio.to_thread(services.start)
        services.khabar("push", str(articles))

        async def served() -> bool:
            return b"a.example/1" in fetch(f"{services.page}/v1/articles")[1]

        await eventually(served, "the article at the api", seconds=60)
        logs = b"".join(log.read_bytes() for log in tmp_path.glob("*.log"))
    finally:
        services.stop()
    assert PASSWORD.encode() not in logs


async def test_a_wrong_password_of_redis_is_no_silent_loss(secured: dict[str, str]) -> None:
    wrong = load_settings(secured | {"KHABAR_REDIS_PASSWORD": "wrong"})
    with pytest.raises(TransientError, match="Redis"):
        await _apply(wrong)
    assert await _apply(load_settings(secured)) == [Applied()]


async def _apply(settings: Settings) -> list[object]:
    redis = connect(settings)
    article = Received(enriched(), Coordinates(ENRICHED.name, 0, 0), 0)
    try:
        return list(await Cache(redis, settings).process([article], Span(ENRICHED.name, 0, NO_OFFSET, 0)))
    finally:
        await redis.aclose()


def test_a_wrong_password_of_kafka_is_one_sentence(secured: dict[str, str], tmp_path: Path) -> None:
    wrong = secured | {"KHABAR_KAFKA_PASSWORD": "wrong"}
    services = Services(tmp_path, load_settings(wrong), {}, **wrong)

    told = services.khabar_fails("topics", "check")

    assert "Traceback" not in told
    assert "refused" in told.lower() or "authentication" in told.lower()
