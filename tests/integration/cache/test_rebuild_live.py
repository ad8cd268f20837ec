"""Whoever follows live goes on in the rebuilt index, is told, and misses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from services.api.hub import Hub
from services.api.stream import Subscription
from services.cache.events import Event
from services.cache.reading import Reader
from services.cache.rebuilding import Rebuild
from services.cache.stage import Cache
from shared.outcomes import Received
from shared.redis import connect
from shared.settings import Settings
from tests.articles import enriched, received
from tests.integration.cache.arrivals import EVERYTHING, Arrivals
from tests.integration.cache.losing import Records

pytestmark = pytest.mark.integration

PATIENCE_SECONDS = 30


async def until(frames: AsyncGenerator[bytes, None], wanted: str) -> bytes:
    """What comes, up to what is wanted."""
    got = b""
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for frame in frames:
            got += frame
            if wanted.encode() in got:
                return got
    raise AssertionError(f"the stream ended before {wanted}")


async def test_an_open_stream_goes_on_in_the_new_index_and_is_told(
    fault_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.api.hub.BLOCK_MS", 50)
    redis = connect(fault_settings)
    arrivals, reader, hub = (
        Arrivals(Cache(redis, fault_settings)),
        Reader(redis, fault_settings),
        Hub(redis, fault_settings),
    )
    before, during, after = enriched("before"), enriched("during"), enriched("after")
    running = asyncio.create_task(hub.run())
    await arrivals.apply(before)
    frames = Subscription(hub, reader, EVERYTHING, await reader.newest()).frames()
    await until(frames, "retry")
    await arrivals.apply(during)
    assert b"resumed" not in await until(frames, during.id)

    events: list[Received[Event]] = [*received([before], first_offset=1), *received([during], first_offset=3)]
    await Rebuild(redis, fault_settings, Records(events)).run()
    await arrivals.apply(after)
    told = await until(frames, after.id)
    assert told.index(b"event: resumed") < told.index(after.id.encode())

    hub.close()
    await frames.aclose()
    await running
    await redis.aclose()
