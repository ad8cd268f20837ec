"""One batch through one stage: decode, process, publish; every input ends in exactly one counted outcome."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic

import structlog
from aiokafka import ConsumerRecord

from shared import metrics
from shared.clock import system_clock
from shared.health import Health
from shared.outcomes import (
    Applied,
    Coordinates,
    Outcome,
    Poison,
    PoisonError,
    Publish,
    Reason,
    Received,
    TransientError,
    Unchanged,
)
from shared.positions import PositionBehindError, Span
from shared.stream.breaker import WINDOW, Breaker
from shared.stream.headers import received_ms
from shared.stream.outputs import OutputMaker
from shared.stream.stage_run import In, Input, Out, StageRun
from shared.stream.transactions import OwnedPartition
from shared.topics import DEAD, Stage

log = structlog.get_logger(__name__)

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.1, 5.0
POLL_SECONDS = 0.1  # how often one who waits looks whether partitions are to be handed over
BREAKER_LOG_SECONDS = 60.0

OUTCOME_NAMES: Mapping[type[Any], str] = {
    Publish: "published",
    Applied: "applied",
    Unchanged: "unchanged",
    Poison: "dead_letter",
}


class HandOver(Exception):  # noqa: N818 - no error: the batch is given up so that partitions can change hands
    """The batch is given up, unpublished; its next owner reads it again."""


class BatchRunner(Generic[In, Out]):
    """Runs the batches of a stage."""

    def __init__(
        self,
        run: StageRun[In, Out],
        *,
        health: Health,
        breaker: Breaker,
        publish_seconds: float,
        topic_name: Callable[[str], str],
        must_hand_over: Callable[[], bool],
    ) -> None:
        self._run, self._name = run, run.stage.name
        self._health, self._breaker = health, breaker
        self._publish_seconds = publish_seconds
        self._maker = OutputMaker(run, topic_name)
        self._dead_topic = topic_name(DEAD.name)
        self._must_hand_over = must_hand_over
        _count_from_zero(run.stage)

    async def handle(self, owned: OwnedPartition, records: Sequence[ConsumerRecord]) -> bool:
        """Processes and publishes; False where the batch was given up so that its partition can change hands."""
        self._health.batch_since = time.monotonic()
        try:
            await self._handle(owned, records)
        except HandOver:
            return False
        finally:
            self._health.batch_since = None
        return True

    async def check_position(self, owned: OwnedPartition) -> None:
        """Has the stage look whether Redis still knows what was applied; restores what it lost."""
        if self._run.recover is not None and owned.handled is not None:
            await self._process([], owned.span_to(owned.handled))

    async def _handle(self, owned: OwnedPartition, records: Sequence[ConsumerRecord]) -> None:
        inputs = [self._decode(record) for record in records]
        span = owned.span_to(records[-1].offset)
        started = time.perf_counter()
        outcomes = await self._outcomes(inputs, span)
        processed = time.perf_counter()
        outputs, outcomes = await self._maker.outputs(owned, inputs, outcomes)
        await self._stop_if_nearly_all_is_poison(outcomes)
        async with asyncio.timeout(self._publish_seconds):
            await owned.publish(outputs, span.reaches)
        metrics.PROCESS_SECONDS.labels(self._name).observe(processed - started)
        metrics.PUBLISH_SECONDS.labels(self._name).observe(time.perf_counter() - processed)
        self._count(inputs, outcomes)

    # -- in ----------------------------------------------------------------------------------------------------

    def _decode(self, record: ConsumerRecord) -> Input[In]:
        at = Coordinates(record.topic, record.partition, record.offset)
        sent_ms = received_ms(record.headers, record.timestamp)
        try:
            return Input(record, at, sent_ms, self._run.read(record), None)
        except PoisonError as exc:
            return Input(record, at, sent_ms, None, Poison(exc.reason, exc.error))

    # -- the stage's work --------------------------------------------------------------------------------------

    async def _outcomes(self, inputs: Sequence[Input[In]], span: Span) -> list[Outcome[Out]]:
        batch = [Received(i.article, i.at, i.sent_ms) for i in inputs if i.article is not None]
        processed = iter(await self._process(batch, span))
        outcomes = [i.poison if i.poison is not None else next(processed) for i in inputs]
        if next(processed, None) is not None:
            raise RuntimeError(f"{self._name} gave more outcomes than it was given articles")
        return outcomes

    async def _process(self, batch: Sequence[Received[In]], span: Span) -> Sequence[Outcome[Out]]:
        """The stage's outcomes; waits while something it needs is away, restores what Redis has lost."""
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                outcomes = await self._run.process(batch, span)
            except TransientError as exc:
                await self._wait(wait, str(exc))
                wait = min(2 * wait, LONGEST_WAIT_SECONDS)
            except PositionBehindError as exc:
                wait = await self._recover(exc, wait)
            else:
                self._health.have("dependency")
                return outcomes

    async def _recover(self, behind: PositionBehindError, wait: float) -> float:
        if self._run.recover is None:
            raise behind
        log.warning("restoring what Redis lost", stage=self._name, error=str(behind))
        try:
            restored = await self._run.recover(behind, self._hand_over_if_wanted)
        except TransientError as exc:
            await self._wait(wait, str(exc))
            return min(2 * wait, LONGEST_WAIT_SECONDS)
        metrics.RESTORED.labels(self._name).inc(restored)
        log.info("restored", stage=self._name, articles=restored, partition=behind.span.partition)
        return FIRST_WAIT_SECONDS

    def _hand_over_if_wanted(self) -> None:
        self._health.beat()
        if self._must_hand_over():
            raise HandOver

    async def _wait(self, seconds: float, why: str) -> None:
        metrics.RETRIES.labels(self._name).inc()
        self._health.waiting("dependency", why)
        log.warning("waiting", stage=self._name, error=why, seconds=round(seconds, 1))
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._hand_over_if_wanted()
            await asyncio.sleep(POLL_SECONDS)

    async def _stop_if_nearly_all_is_poison(self, outcomes: Sequence[Outcome[Out]]) -> None:
        self._breaker.count([isinstance(outcome, Poison) for outcome in outcomes])
        while self._breaker.is_open:
            why = (
                f"too many of the last {WINDOW} articles became dead letters: read the newest in "
                f"{self._dead_topic}, mend the cause, then restart this agent "
                "(KHABAR_DEAD_LETTER_SHARE=1 lets them pass)"
            )
            metrics.BREAKER_OPEN.labels(self._name).set(1)
            self._health.waiting("breaker", why)
            log.error("stopped", stage=self._name, error=why)
            until = time.monotonic() + BREAKER_LOG_SECONDS
            while time.monotonic() < until:
                self._hand_over_if_wanted()
                await asyncio.sleep(POLL_SECONDS)

    # -- told --------------------------------------------------------------------------------------------------

    def _count(self, inputs: Sequence[Input[In]], outcomes: Sequence[Outcome[Out]]) -> None:
        metrics.BATCH_ARTICLES.labels(self._name).observe(len(inputs))
        names = [OUTCOME_NAMES[type(outcome)] for outcome in outcomes]
        for name in set(names):
            metrics.ARTICLES.labels(self._name, name).inc(names.count(name))
        for outcome in outcomes:
            if isinstance(outcome, Poison):
                metrics.DEAD_LETTERS.labels(self._name, outcome.reason.value).inc()
        now_ms = 1000 * system_clock()
        metrics.END_TO_END_SECONDS.observe_all(self._name, (max(0.0, now_ms - i.sent_ms) / 1000 for i in inputs))
        if log.isEnabledFor(10):
            self._log_each(inputs, outcomes)

    def _log_each(self, inputs: Sequence[Input[In]], outcomes: Sequence[Outcome[Out]]) -> None:
        for taken, outcome in zip(inputs, outcomes, strict=True):
            log.debug(
                "article",
                stage=self._name,
                outcome=OUTCOME_NAMES[type(outcome)],
                article=self._run.identify(outcome.article)[0] if isinstance(outcome, Publish) else None,
                topic=taken.at.topic,
                partition=taken.at.partition,
                offset=taken.at.offset,
            )


def _count_from_zero(stage: Stage) -> None:
    """To Prometheus a counter that appears with a value has not grown: what happens once would never be seen."""
    for outcome in ("published" if stage.writes else "applied", "unchanged", "dead_letter"):
        metrics.ARTICLES.labels(stage.name, outcome)
    for reason in Reason:
        metrics.DEAD_LETTERS.labels(stage.name, reason.value)
    metrics.RETRIES.labels(stage.name)
    metrics.RESTORED.labels(stage.name)
    metrics.BREAKER_OPEN.labels(stage.name)
