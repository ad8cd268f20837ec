"""One run: articles flow, faults happen, and what consumers see in the end is held against what was pushed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.contracts import decode_raw
from shared.settings import Settings, load_settings
from shared.stream.connection import raw_producer
from shared.stream.headers import raw_headers
from shared.stream.raw_records import raw_key
from shared.topics import AGENTS, DEAD, ENRICHED, RAW
from tests.chaos.consumers import Watching, cached, dead_inputs, expected_versions, newest_of, versions_of
from tests.chaos.faults import Chaos, Plan
from tests.servers import kafka_server, redis_server
from tests.servers.services import API, Services

PARTITIONS = 4
SESSION_SECONDS = 6.0  # the least that is allowed, so that stops can be longer
DRAIN_SECONDS = 240.0
IN_FLIGHT = 500


@dataclass(frozen=True, slots=True)
class Report:
    """What readers of committed records found wrong, which should be nothing; and how long each fault was felt."""

    published: int
    missing: int
    unexpected: int
    published_twice: int
    dead_twice: int
    dead: list[str]
    cache_differs: int
    felt: list[str]

    @property
    def is_clean(self) -> bool:
        """Nothing lost, nothing twice, no dead letter, and the cache equal to the topic."""
        wrong = (self.missing, self.unexpected, self.published_twice, self.dead_twice, len(self.dead))
        return not any((*wrong, self.cache_differs))


async def run_chaos(folder: Path, values: Sequence[bytes], seconds: float, plan: Plan, seed: int) -> Report:
    """Lets the articles flow within that many seconds through two processes of each agent, while the plan happens."""
    kafka, redis = kafka_server(folder / "kafka"), redis_server(folder / "redis")
    settings = chaos_settings(kafka.bootstrap, redis.url)
    services = Services(
        folder,
        settings,
        {**{stage.name: 2 for stage in AGENTS}, API: 1},
        KHABAR_SESSION_TIMEOUT_SECONDS=str(SESSION_SECONDS),
    )
    try:
        await asyncio.to_thread(services.start)
        chaos = Chaos(plan, services.all, redis.server, kafka.server, seed)
        return await _run(settings, values, seconds, chaos)
    finally:
        services.stop()
        redis.server.stop()
        kafka.server.stop()


def chaos_settings(kafka: str, redis: str) -> Settings:
    """Few partitions, so that each is felt."""
    return load_settings(
        {"KHABAR_KAFKA_BOOTSTRAP": kafka, "KHABAR_REDIS_URL": redis, "KHABAR_PARTITIONS": str(PARTITIONS)}
    )


async def _run(settings: Settings, values: Sequence[bytes], seconds: float, chaos: Chaos) -> Report:
    expected = await expected_versions(values)
    enriched, dead = Watching(settings, ENRICHED), Watching(settings, DEAD)
    watching = [asyncio.create_task(watcher.run()) for watcher in (enriched, dead)]
    supervising = asyncio.create_task(chaos.supervise())
    try:
        await asyncio.gather(push_evenly(settings, values, seconds), chaos.run())
        await enriched.until(len(expected), DRAIN_SECONDS)
        await _cache_caught_up(settings, len(newest_of(enriched.seen.records)))
        held = await cached(settings)
    finally:
        for task in (supervising, *watching):
            task.cancel()
        await asyncio.gather(supervising, *watching, return_exceptions=True)
    published, letters = versions_of(enriched.seen.records), dead_inputs(dead.seen.records)
    newest = newest_of(enriched.seen.records)
    return Report(
        published=published.total(),
        missing=len(expected - set(published)),
        unexpected=len(set(published) - expected),
        published_twice=sum(count - 1 for count in published.values()),
        dead_twice=sum(count - 1 for count in letters.values()),
        dead=[orjson.loads(record.value)["error"] for record in dead.seen.records],
        cache_differs=len(set(newest.items()) ^ set(held.items())),
        felt=[f"{fault.what}: {enriched.seen.back_after(fault.at, PARTITIONS):.1f} s" for fault in chaos.done],
    )


async def _cache_caught_up(settings: Settings, articles: int) -> None:
    for _ in range(60):
        if len(await cached(settings)) >= articles:
            return
        await asyncio.sleep(1)


async def push_evenly(settings: Settings, values: Sequence[bytes], seconds: float) -> None:
    """Pushes at an even pace, and returns when each is acknowledged; what is not is pushed again, as producers do."""
    producer = raw_producer(settings)
    await producer.start()
    loop = asyncio.get_running_loop()
    started = loop.time()
    sent: list[tuple[bytes, asyncio.Future[object]]] = []
    try:
        for place, value in enumerate(values):
            sent.append((value, await _send(producer, settings, value)))
            if len(sent) == IN_FLIGHT:
                await _acknowledged(producer, settings, sent)
            await asyncio.sleep(max(0.0, started + place * seconds / len(values) - loop.time()))
        await _acknowledged(producer, settings, sent)
    finally:
        await producer.stop()


async def _send(producer: AIOKafkaProducer, settings: Settings, value: bytes) -> asyncio.Future[object]:
    article = decode_raw(value)
    while True:
        try:
            delivery: asyncio.Future[object] = await producer.send(
                settings.topic(RAW.name), value, raw_key(article), headers=raw_headers(article.source)
            )
        except KafkaError:
            await asyncio.sleep(0.5)
        else:
            return delivery


async def _acknowledged(
    producer: AIOKafkaProducer, settings: Settings, sent: list[tuple[bytes, asyncio.Future[object]]]
) -> None:
    while sent:
        results = await asyncio.gather(*(delivery for _, delivery in sent), return_exceptions=True)
        again = [value for (value, _), result in zip(sent, results, strict=True) if isinstance(result, BaseException)]
        sent[:] = [(value, await _send(producer, settings, value)) for value in again]
