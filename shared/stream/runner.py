"""One batch through one stage: decode, process, publish; every input ends in exactly one counted outcome."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
import structlog
from aiokafka import ConsumerRecord

from shared import metrics
from shared.clock import rfc3339, system_clock
from shared.contracts import encode
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
from shared.stream.headers import carried_headers, event_headers, received_ms
from shared.stream.partitioner import partitions_of
from shared.stream.records import Output, dead_letter, record_bytes
from shared.stream.transactions import OwnedPartition
from shared.topics import DEAD, Stage, Topic

log = structlog.get_logger(__name__)

In = TypeVar("In", bound=msgspec.Struct)
Out = TypeVar("Out", bound=msgspec.Struct)

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


@dataclass(frozen=True, slots=True)
class StageRun(Generic[In, Out]):
    """A stage with all that the runtime needs to run it.

    `identify` gives the id and revision of an output; `recover` applies again what Redis has lost, and gives how many.
    """

    stage: Stage
    decode: Callable[[bytes | None], In]
    process: Callable[[Sequence[Received[In]], Span], Awaitable[Sequence[Outcome[Out]]]]
    identify: Callable[[Out], tuple[str, str]]
    recover: Callable[[PositionBehindError, Callable[[], None]], Awaitable[int]] | None = None


@dataclass(frozen=True, slots=True)
class _Input(Generic[In]):
    record: ConsumerRecord
    at: Coordinates
    sent_ms: int
    article: In | None
    poison: Poison | None


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
        self._topic_name = topic_name
        self._must_hand_over = must_hand_over

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
        outputs, outcomes = await self._outputs(owned, inputs, outcomes)
        await self._stop_if_nearly_all_is_poison(outcomes)
        async with asyncio.timeout(self._publish_seconds):
            await owned.publish(outputs, span.reaches)
        metrics.PROCESS_SECONDS.labels(self._name).observe(processed - started)
        metrics.PUBLISH_SECONDS.labels(self._name).observe(time.perf_counter() - processed)
        self._count(inputs, outcomes)

    # -- in ----------------------------------------------------------------------------------------------------

    def _decode(self, record: ConsumerRecord) -> _Input[In]:
        at = Coordinates(record.topic, record.partition, record.offset)
        sent_ms = received_ms(record.headers, record.timestamp)
        try:
            return _Input(record, at, sent_ms, self._run.decode(record.value), None)
        except PoisonError as exc:
            return _Input(record, at, sent_ms, None, Poison(exc.reason, exc.error))

    # -- the stage's work --------------------------------------------------------------------------------------

    async def _outcomes(self, inputs: Sequence[_Input[In]], span: Span) -> list[Outcome[Out]]:
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
                f"{self._topic_name(DEAD.name)}, mend the cause, then restart this agent "
                "(KHABAR_DEAD_LETTER_SHARE=1 lets them pass)"
            )
            metrics.BREAKER_OPEN.labels(self._name).set(1)
            self._health.waiting("breaker", why)
            log.error("stopped", stage=self._name, error=why)
            until = time.monotonic() + BREAKER_LOG_SECONDS
            while time.monotonic() < until:
                self._hand_over_if_wanted()
                await asyncio.sleep(POLL_SECONDS)

    # -- out ---------------------------------------------------------------------------------------------------

    async def _outputs(
        self, owned: OwnedPartition, inputs: Sequence[_Input[In]], outcomes: Sequence[Outcome[Out]]
    ) -> tuple[list[Output], list[Outcome[Out]]]:
        """Records to publish, and the outcomes with what turned out too large for its topic as poison."""
        final: list[Outcome[Out]] = []
        outputs: list[Output] = []
        now = rfc3339(system_clock())
        partitions = await self._partitions(owned, outcomes)
        dead_partition = owned.tp.partition % await owned.partition_count(self._topic_name(DEAD.name))
        for taken, outcome, partition in zip(inputs, outcomes, partitions, strict=True):
            if isinstance(outcome, Publish):
                assert self._run.stage.writes is not None
                output = self._article(taken, outcome.article, self._run.stage.writes, partition, now)
                outcome = _fits(outcome, output, self._run.stage.writes)
                if isinstance(outcome, Publish):
                    outputs.append(output)
            if isinstance(outcome, Poison):
                outputs.append(self._dead_letter(taken, outcome, dead_partition, now))
            final.append(outcome)
        return outputs, final

    async def _partitions(self, owned: OwnedPartition, outcomes: Sequence[Outcome[Out]]) -> list[int]:
        """The input's partition where the key stays (topics have equal counts, checked at start), else by the key."""
        if self._run.stage.writes is None or self._run.stage.keeps_key:
            return [owned.tp.partition] * len(outcomes)
        count = await owned.partition_count(self._topic_name(self._run.stage.writes.name))
        keys = [self._run.identify(o.article)[0].encode() if isinstance(o, Publish) else b"" for o in outcomes]
        by_key = iter(partitions_of([key for key in keys if key], count))
        return [next(by_key) if key else owned.tp.partition for key in keys]

    def _article(self, taken: _Input[In], article: Out, topic: Topic, partition: int, now: str) -> Output:
        article_id, revision = self._run.identify(article)
        headers = event_headers(
            event_id=f"{article_id}.{revision}",
            source=f"khabar/{self._name}",
            event_type=topic.event_type,
            time=now,
            carried=carried_headers(taken.record.headers, taken.sent_ms, taken.at),
        )
        return Output(self._topic_name(topic.name), partition, article_id.encode(), encode(article), headers)

    def _dead_letter(self, taken: _Input[In], poison: Poison, partition: int, now: str) -> Output:
        at = taken.at
        log.warning(
            "dead letter",
            stage=self._name,
            reason=poison.reason.value,
            error=poison.error,
            topic=at.topic,
            partition=at.partition,
            offset=at.offset,
        )
        headers = event_headers(
            event_id=f"{self._name}/{at.topic}/{at.partition}/{at.offset}",
            source=f"khabar/{self._name}",
            event_type=DEAD.event_type,
            time=now,
            carried=carried_headers(taken.record.headers, taken.sent_ms, at),
        )
        value = dead_letter(taken.record, self._name, poison, now)
        return Output(self._topic_name(DEAD.name), partition, taken.record.key, value, headers)

    # -- told --------------------------------------------------------------------------------------------------

    def _count(self, inputs: Sequence[_Input[In]], outcomes: Sequence[Outcome[Out]]) -> None:
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

    def _log_each(self, inputs: Sequence[_Input[In]], outcomes: Sequence[Outcome[Out]]) -> None:
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


def _fits(outcome: Publish[Out], output: Output, topic: Topic) -> Outcome[Out]:
    size = record_bytes(output)
    if size <= topic.max_record_bytes:
        return outcome
    return Poison(
        Reason.TOO_LARGE, f"the article takes {size:,} bytes, and {topic.name} takes at most {topic.max_record_bytes:,}"
    )
