"""Runs one stage as a process: topics checked, Faust started, probes answered, SIGTERM obeyed in time."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import Any, NoReturn

import faust
import mode
import structlog
from faust.types import StreamT
from faust.types.auth import CredentialsT

from shared import metrics
from shared.clock import system_clock
from shared.health import Health
from shared.process import beat, stop_on_signals
from shared.settings import Settings
from shared.stream.batching import BatchLimits
from shared.stream.breaker import Breaker
from shared.stream.consumer import BatchConsumer
from shared.stream.runner import BatchRunner, HandOver
from shared.stream.stage_run import In, Out, StageRun
from shared.stream.topic_admin import TopicsError, wait_for_topics
from shared.stream.transactions import OwnedPartition
from shared.stream.transport import BatchSchema, BatchTransport

log = structlog.get_logger(__name__)

PULSE_SECONDS = 5.0  # how often brokers and Redis are asked, also when no article comes
STREAM_BUFFER_BATCHES = 4  # read ahead while one is in hand
EXIT_FAILED = 1


async def run_stage(run: StageRun[In, Out], settings: Settings, health: Health) -> int:
    """Runs until SIGTERM or SIGINT (0), or until something fails (1): start it again from outside."""
    stop = stop_on_signals()
    beating = asyncio.create_task(beat(health))
    try:
        return await _Worker(run, settings, health).run(stop)
    except TopicsError as exc:
        log.error("cannot start", service=run.stage.name, error=str(exc))
        return EXIT_FAILED
    finally:
        beating.cancel()


class _App(faust.App):
    """Keeps nothing on disk."""

    def _create_directories(self) -> None:
        pass  # of tables, which are not used: one folder for each stage would appear wherever it is started


class _Worker:
    def __init__(self, run: StageRun[Any, Any], settings: Settings, health: Health) -> None:
        self._run, self._settings, self._health = run, settings, health
        self._name = run.stage.name
        assert run.stage.reads is not None
        self._topic = settings.topic(run.stage.reads.name)

    async def run(self, stop: asyncio.Event) -> int:
        self._health.waiting("Kafka", "not asked yet")
        self._health.have("start")
        stopping = asyncio.create_task(stop.wait())
        topics = asyncio.create_task(wait_for_topics(self._settings))
        await asyncio.wait({stopping, topics}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            topics.cancel()
            return 0
        topics.result()
        return await self._serve(stopping)

    async def _serve(self, stopping: asyncio.Task[Any]) -> int:
        app = self._app()
        runner = self._batch_runner(app)
        self._agent(app, runner)
        await app.start()
        ended = asyncio.create_task(app.wait_until_stopped())
        pulse = asyncio.create_task(self._pulses(app, runner))
        crashed = asyncio.create_task(app._crashed.wait())
        await asyncio.wait({stopping, ended, crashed, pulse}, return_when=asyncio.FIRST_COMPLETED)
        if not stopping.done():
            self._die(app, pulse)
        pulse.cancel()
        await app.stop()
        log.info("stopped", service=self._name)
        return 0

    def _die(self, app: faust.App, pulse: asyncio.Task[None]) -> NoReturn:
        reason = app._crash_reason
        if reason is None and pulse.done() and not pulse.cancelled():
            reason = pulse.exception()
        self._health.died = repr(reason)
        log.error("died", service=self._name, error=repr(reason), exc_info=reason)
        # An orderly stop would wait for brokers that may be the reason; the next owner fences what is left open.
        os._exit(EXIT_FAILED)

    # -- Faust -------------------------------------------------------------------------------------------------

    def _app(self) -> faust.App:
        settings = self._settings
        app = _App(
            settings.group(self._name),
            broker=[f"kafka://{address.strip()}" for address in settings.kafka_bootstrap.split(",")],
            broker_credentials=_credentials(settings),
            broker_client_id=f"khabar-{self._name}",
            broker_session_timeout=settings.session_timeout_seconds,
            broker_heartbeat_interval=settings.session_timeout_seconds / 5,
            broker_request_timeout=max(40.0, settings.session_timeout_seconds + 5),
            broker_rebalance_timeout=60.0,
            broker_commit_interval=1.0,
            consumer_auto_offset_reset="earliest",
            consumer_max_fetch_size=settings.batch_bytes,
            stream_wait_empty=True,  # wait_empty() finishes the batch in flight before partitions change hands
            stream_buffer_maxsize=STREAM_BUFFER_BATCHES,
            topic_allow_declare=False,
            topic_disable_leader=True,
            table_standby_replicas=0,
            store="memory://",
            web_enabled=False,
        )
        app.khabar_settings = settings
        limits = BatchLimits(settings.batch_records, settings.batch_bytes, settings.publish_timeout_seconds)
        app.transport = BatchTransport(app.conf.broker_consumer, app, limits)
        app.producer_transport = BatchTransport(app.conf.broker_producer, app, limits)
        return app

    def _agent(self, app: faust.App, runner: BatchRunner[Any, Any]) -> None:
        schema = BatchSchema(key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

        @app.agent(
            app.topic(self._topic, schema=schema),
            name=self._name,
            concurrency=1,
            supervisor_strategy=mode.CrashingSupervisor,
        )
        async def agent(stream: StreamT[Any]) -> None:
            consumer: BatchConsumer = app.consumer
            stream = stream.noack()
            async for event in stream.events():
                await consumer.take(stream, event, runner.handle)

    def _batch_runner(self, app: faust.App) -> BatchRunner[Any, Any]:
        return BatchRunner(
            self._run,
            health=self._health,
            breaker=Breaker(self._settings.dead_letter_share),
            publish_seconds=self._settings.publish_timeout_seconds,
            topic_name=self._settings.topic,
            must_hand_over=lambda: app.should_stop or app.consumer.waiters > 0,
        )

    # -- what is looked at when no article comes ---------------------------------------------------------------

    async def _pulses(self, app: faust.App, runner: BatchRunner[Any, Any]) -> None:
        while True:
            await self._pulse(app, runner)
            await asyncio.sleep(PULSE_SECONDS)

    async def _pulse(self, app: faust.App, runner: BatchRunner[Any, Any]) -> None:
        consumer: BatchConsumer = app.consumer
        metrics.PARTITIONS.labels(self._name).set(len(consumer.owned))
        if app.rebalancing or not app.consumer_generation_id:
            self._health.waiting("assignment", "the consumer group is assigning partitions")
            return
        self._health.have("assignment")
        await self._tell_lag(consumer)
        for partition in list(consumer.owned.values()):
            await self._check_position(consumer, runner, partition)

    async def _tell_lag(self, consumer: BatchConsumer) -> None:
        try:
            async with asyncio.timeout(PULSE_SECONDS):
                lags = await consumer.lags()
        except Exception as exc:  # whatever the driver says: no broker answered
            self._health.waiting("Kafka", f"no answer: {type(exc).__name__} {exc}")
            return
        self._health.have("Kafka")
        for partition in list(consumer.owned.values()):
            lag = lags.get(partition.tp, 0)
            label = (self._name, str(partition.tp.partition))
            metrics.LAG_MESSAGES.labels(*label).set(lag)
            oldest = consumer.oldest_waiting(partition) if lag else None
            metrics.LAG_SECONDS.labels(*label).set(max(0.0, system_clock() - oldest) if oldest else 0.0)

    async def _check_position(
        self, consumer: BatchConsumer, runner: BatchRunner[Any, Any], partition: OwnedPartition
    ) -> None:
        """An idle partition has no batch that would notice that Redis has lost something."""
        if self._run.recover is None:
            return
        async with consumer.busy:
            if consumer.owned_now(partition.tp, partition.generation) and consumer.knows_committed(partition):
                with suppress(HandOver):
                    await runner.check_position(partition)


def _credentials(settings: Settings) -> CredentialsT | None:
    """What Faust's consumer connects with; None for PLAINTEXT."""
    context = settings.kafka_ssl_context()
    if settings.kafka_password:
        return faust.SASLCredentials(
            username=settings.kafka_username,
            password=settings.kafka_password.get_secret_value(),
            mechanism=settings.kafka_sasl_mechanism,
            ssl_context=context,
        )
    return faust.SSLCredentials(context) if context else None
