"""Malformed inputs among good ones: each becomes a dead letter with its reason, and every good one comes out."""

from __future__ import annotations

import asyncio
import base64
import os
from collections import Counter
from itertools import islice
from pathlib import Path

import orjson
import pytest

from shared.settings import Settings
from shared.stream.connection import raw_producer
from shared.topics import DEAD, ENRICHED, RAW
from tests.chaos.articles import flowing_articles
from tests.malformed_inputs import MalformedInput, malformed_inputs
from tests.reading import committed_once_there_are, events
from tests.servers.services import Services, fetch

pytestmark = pytest.mark.end_to_end

COUNT = int(os.environ.get("MALFORMED_COUNT", "1000"))
GOOD = 3 * COUNT // 10  # enough of them that the agents' breaker, at a share of .95, has no reason to open
IN_FLIGHT = 200


@pytest.mark.timeout(1200)
async def test_the_agents_live_and_each_input_has_its_outcome(settings: Settings, tmp_path: Path) -> None:

    services = Services(tmp_path, settings)
    bad = list(malformed_inputs(COUNT, seed=11))
    good = [_marked(value, number) for number, value in enumerate(flowing_articles(GOOD))]
    try:
        await asyncio.to_thread(services.start)
        await _push(settings, bad, good)
        dead = await committed_once_there_are(settings, DEAD, COUNT, seconds=600)
        enriched = await committed_once_there_are(settings, ENRICHED, GOOD, seconds=120)
        live = [fetch(f"http://{service.health}/live")[0] for service in services.all]
    finally:
        services.stop()

    expected = Counter((malformed.value, malformed.reason.value) for malformed in bad)
    found = Counter((base64.b64decode(letter["value"]), letter["reason"]) for letter in events(dead))
    assert [value[:80] for value, _ in expected - found] == []
    assert [value[:80] for value, _ in found - expected] == []
    assert {event["metadata"]["number"] for event in events(enriched)} == {str(number) for number in range(GOOD)}
    assert set(live) == {200}


def _marked(value: bytes, number: int) -> bytes:
    article = orjson.loads(value)
    return orjson.dumps({**article, "url": f"https://good.example/{number}", "metadata": {"number": str(number)}})


async def _push(settings: Settings, bad: list[MalformedInput], good: list[bytes]) -> None:
    """The good ones spread evenly among the others: a thousand malformed ones in a row would stop the agent."""
    values: list[bytes] = []
    left = iter(good)
    for place, malformed in enumerate(bad):
        values.append(malformed.value)
        values += islice(left, (place + 1) * len(good) // len(bad) - place * len(good) // len(bad))
    producer = raw_producer(settings)
    await producer.start()
    try:
        for start in range(0, len(values), IN_FLIGHT):
            sent = [await producer.send(settings.topic(RAW.name), v) for v in values[start : start + IN_FLIGHT]]
            await asyncio.gather(*sent)
    finally:
        await producer.stop()
