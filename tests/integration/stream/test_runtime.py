"""What producers, consumers and operators rely on from the runtime, on a real Kafka."""

from __future__ import annotations

import asyncio
import base64
import signal
import time
from collections import Counter
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from shared.settings import Settings
from shared.stream.headers import raw_headers
from shared.topics import CLASSIFIED, DEAD, NORMALIZED, RAW
from tests.integration.stream.conftest import SESSION_SECONDS, Reader, StartWorker, Worker, push, raw
from tests.integration.stream.echo_stage import AWAY_FILE, BLOCK_FILE
from tests.waiting import eventually

pytestmark = pytest.mark.integration

LEAVES_WITHIN_SECONDS = 10


async def _ready(worker: Worker) -> None:
    async def ready() -> bool:
        return worker.probe("/ready")[0] == 200

    await eventually(ready, "a ready worker")


async def test_each_input_has_one_outcome_and_poison_keeps_its_bytes(
    settings: Settings, producer: AIOKafkaProducer, reader: Reader, start_worker: StartWorker
) -> None:
    worker = start_worker()
    bad = [b"not json \xff", b"[]", b'{"source": 1, "text": "a"}', b""]
    values = [raw(number) for number in range(100)] + bad + [raw(1000, "poison"), raw(1001, "unchanged")]
    await push(producer, settings, values)

    published = await reader.until(NORMALIZED, 100)
    dead = await reader.until(DEAD, len(bad) + 1)

    assert sorted(orjson.loads(r.value)["text"] for r in published) == sorted(f"text {n}" for n in range(100))
    letters = [orjson.loads(r.value) for r in dead]
    assert Counter(letter["reason"] for letter in letters) == {
        "invalid_json": 3,
        "invalid_article": 1,
        "no_content": 1,
    }
    assert {base64.b64decode(letter["value"]) for letter in letters} == {*bad, raw(1000, "poison")}
    metrics = worker.probe("/metrics")[1].decode()
    assert 'khabar_articles_total{outcome="published",stage="normalizer"} 100.0' in metrics
    assert 'khabar_articles_total{outcome="dead_letter",stage="normalizer"} 5.0' in metrics
    assert 'khabar_articles_total{outcome="unchanged",stage="normalizer"} 1.0' in metrics


async def test_outputs_carry_trace_key_and_cloud_event_and_stand_where_their_key_belongs(
    settings: Settings, producer: AIOKafkaProducer, reader: Reader, start_worker: StartWorker
) -> None:
    start_worker()
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    for number in range(20):
        headers = raw_headers("test", traceparent=trace)
        await producer.send_and_wait(settings.topic(RAW.name), raw(number), headers=headers)

    published = await reader.until(NORMALIZED, 20)

    for record in published:
        carried = dict(record.headers)
        article = orjson.loads(record.value)
        assert carried["traceparent"].decode() == trace
        assert carried["ce_type"] == b"khabar.normalized.v1"
        assert carried["ce_id"].decode() == f"{article['id']}.{article['revision_hash']}"
        assert record.key.decode() == article["id"]
    # Where any other producer would have put them.
    for record in published:
        told = await producer.send_and_wait(settings.topic(CLASSIFIED.name), b"x", record.key)
        assert told.partition == record.partition


async def test_sigterm_finishes_the_batch_and_leaves_in_time(
    settings: Settings, producer: AIOKafkaProducer, reader: Reader, start_worker: StartWorker
) -> None:
    worker = start_worker(ECHO_SECONDS="1.5", KHABAR_BATCH_RECORDS="1000")
    await _ready(worker)
    await push(producer, settings, [raw(number) for number in range(50)])
    await asyncio.sleep(1)
    started = time.monotonic()
    worker.process.send_signal(signal.SIGTERM)

    status = await asyncio.to_thread(worker.process.wait, LEAVES_WITHIN_SECONDS)

    assert status == 0
    assert time.monotonic() - started < LEAVES_WITHIN_SECONDS
    assert len(await reader.all(NORMALIZED)) > 0
    start_worker()
    published = await reader.until(NORMALIZED, 50)
    assert len(published) == 50


async def test_waits_while_a_dependency_is_away_and_says_so(
    settings: Settings, producer: AIOKafkaProducer, reader: Reader, start_worker: StartWorker, tmp_path: Path
) -> None:
    (tmp_path / AWAY_FILE).touch()
    worker = start_worker()
    await push(producer, settings, [raw(number) for number in range(10)])

    async def not_ready() -> bool:
        return b"the dependency is away" in worker.probe("/ready")[1]

    await eventually(not_ready, "a probe that says why")
    assert worker.probe("/live")[0] == 200
    (tmp_path / AWAY_FILE).unlink()

    assert len(await reader.until(NORMALIZED, 10)) == 10
    assert await reader.all(DEAD) == []
    await _ready(worker)


async def test_one_who_waits_hands_its_partitions_over(
    settings: Settings, producer: AIOKafkaProducer, reader: Reader, start_worker: StartWorker, tmp_path: Path
) -> None:
    (tmp_path / AWAY_FILE).touch()
    worker = start_worker()
    await push(producer, settings, [raw(number) for number in range(10)])

    async def waits() -> bool:
        return b"the dependency is away" in worker.probe("/ready")[1]

    await eventually(waits, "a worker that waits")
    worker.process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(worker.process.wait, LEAVES_WITHIN_SECONDS) == 0
    (tmp_path / AWAY_FILE).unlink()
    start_worker()

    assert len(await reader.until(NORMALIZED, 10)) == 10


async def test_live_says_that_the_loop_is_blocked(
    settings: Settings, producer: AIOKafkaProducer, start_worker: StartWorker, tmp_path: Path
) -> None:
    worker = start_worker()
    await _ready(worker)
    (tmp_path / BLOCK_FILE).touch()
    await push(producer, settings, [raw(1)])

    async def not_live() -> bool:
        status, body = worker.probe("/live")
        return status == 503 and b"event loop has been blocked" in body

    await eventually(not_live, "a probe that tells the truth", seconds=60)
    assert worker.probe("/ready")[0] == 503


async def test_stops_instead_of_draining_its_topic_into_the_dead_letters(
    settings: Settings, producer: AIOKafkaProducer, reader: Reader, start_worker: StartWorker
) -> None:
    worker = start_worker(KHABAR_BATCH_RECORDS="100")
    await push(producer, settings, [raw(number, "poison") for number in range(3000)])

    async def stopped() -> bool:
        return b"became dead letters" in worker.probe("/ready")[1]

    await eventually(stopped, "an open breaker")
    assert worker.probe("/live")[0] == 200
    assert len(await reader.all(DEAD)) < 1100


async def test_what_outgrows_its_topic_is_a_dead_letter_and_the_rest_goes_on(
    settings: Settings, producer: AIOKafkaProducer, reader: Reader, start_worker: StartWorker
) -> None:
    start_worker()
    large = "x" * 3_000_000
    await push(producer, settings, [raw(1), raw(2, large, metadata={"times": "3"}), raw(3, large), raw(4)])

    published = await reader.until(NORMALIZED, 3)
    (dead,) = await reader.until(DEAD, 1)

    assert len(published) == 3
    letter = orjson.loads(dead.value)
    assert letter["reason"] == "too_large"
    assert "articles.normalized takes at most" in letter["error"]


async def test_a_missing_topic_is_one_clear_sentence(settings: Settings, start_worker: StartWorker) -> None:
    worker = start_worker()

    assert await asyncio.to_thread(worker.process.wait, 30) == 1
    assert "run `khabar topics create`" in worker.log.read_text()


async def test_two_workers_kills_and_stops_lose_and_repeat_nothing(
    settings: Settings, producer: AIOKafkaProducer, reader: Reader, start_worker: StartWorker
) -> None:
    """kill -9 in the middle of transactions, and a process that sleeps past its session and wakes as a zombie."""
    count = 12_000
    workers = [start_worker(KHABAR_BATCH_RECORDS="50", ECHO_SECONDS="0.02") for _ in range(2)]
    pushing = asyncio.create_task(push(producer, settings, [raw(number) for number in range(count)]))
    for round_number in range(4):
        await asyncio.sleep(2)
        victim = workers.pop(0)
        if round_number == 1:
            victim.process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(2 * SESSION_SECONDS + 1)
            victim.process.send_signal(signal.SIGCONT)
            await asyncio.sleep(1)
        victim.process.kill()
        workers.append(start_worker(KHABAR_BATCH_RECORDS="200"))
    await pushing

    published = await reader.until(NORMALIZED, count, seconds=90)

    texts = Counter(orjson.loads(record.value)["text"] for record in published)
    assert len(texts) == count
    assert max(texts.values()) == 1
    assert await reader.all(DEAD) == []
