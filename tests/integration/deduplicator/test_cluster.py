"""In Redis Cluster every call names its keys, and they share a slot: a node in cluster mode refuses anything else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from deploy.local.ports import free_ports
from deploy.local.process import Server
from deploy.local.redis import RedisServer
from services.deduplicator.published import PublishedRecord
from services.deduplicator.redis_index import RedisIndex
from services.deduplicator.redis_keys import RedisKeys
from services.deduplicator.stage import Deduplicator
from tests.unit.deduplicator.index_behaviour import run
from tests.unit.deduplicator.samples import NOW, at, classified, halfway, prose, span
from tests.waiting import eventually

pytestmark = pytest.mark.integration

BUS_ABOVE = 10_000  # the cluster's own port, by default so far above the clients'
HIGHEST_PORT = 65_535
SLOTS = 16_384


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Redis]:
    """A Redis in cluster mode that holds every slot."""
    port = next(port for port in free_ports(20) if port + BUS_ABOVE <= HIGHEST_PORT)
    redis = RedisServer(tmp_path, port)
    redis.prepare()
    command = [*redis.command(), "--cluster-enabled", "yes", "--appendonly", "no"]
    server = Server("Redis", command, tmp_path / "redis.log", is_ready=redis.is_ready)
    server.start()
    client: Any = Redis.from_url(redis.url)  # its types leave out the commands of clusters
    await client.execute_command("CLUSTER", "ADDSLOTS", *range(SLOTS))

    async def whole() -> bool:
        return b"cluster_state:ok" in await client.execute_command("CLUSTER", "INFO")

    await eventually(whole, "the cluster has all its slots")
    yield client
    await client.aclose()
    server.stop()


async def test_every_call_of_the_index_is_of_one_slot(node: Redis) -> None:
    with pytest.raises(ResponseError, match="same slot"):
        await node.eval("return redis.call('GET', KEYS[1])", 2, "a", "b")
    one, between, other = halfway(1)
    articles = [classified("a", one), classified("b", other), classified("c", between), classified("d", prose(2))]
    articles += [classified("d", prose(2) + " corrected"), classified("e", one)]
    stage = Deduplicator(RedisIndex(node, RedisKeys("whole"), clock=lambda: NOW), clock=lambda: NOW)
    published = [event for event in await run(stage, *articles) if event]
    assert sum(len(event.duplicate.joined) for event in published if event.duplicate) == 1

    restored = Deduplicator(RedisIndex(node, RedisKeys("restored"), clock=lambda: NOW), clock=lambda: NOW)
    await restored.restore(span(-1, 5), [PublishedRecord(event, at(place)) for place, event in enumerate(published)])
    assert await restored.positions("articles.classified", [0]) == [5]
    assert await run(restored, *articles) == published
