"""Turns the outcomes of a batch into the records of its transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic

import structlog

from shared.clock import rfc3339, system_clock
from shared.contracts import encode
from shared.outcomes import Outcome, Poison, Publish, Reason
from shared.stream.headers import carried_headers, event_headers
from shared.stream.partitioner import partitions_of
from shared.stream.records import Output, dead_letter, record_bytes
from shared.stream.stage_run import In, Input, Out, StageRun
from shared.stream.transactions import OwnedPartition
from shared.topics import DEAD, Topic

log = structlog.get_logger(__name__)


class OutputMaker(Generic[In, Out]):
    """Makes the records of one stage."""

    def __init__(self, run: StageRun[In, Out], topic_name: Callable[[str], str]) -> None:
        self._stage, self._name, self._identify = run.stage, run.stage.name, run.identify
        self._topic_name = topic_name

    async def outputs(
        self, owned: OwnedPartition, inputs: Sequence[Input[In]], outcomes: Sequence[Outcome[Out]]
    ) -> tuple[list[Output], list[Outcome[Out]]]:
        """Records to publish, and the outcomes with what turned out too large for its topic as poison."""
        final: list[Outcome[Out]] = []
        outputs: list[Output] = []
        now = rfc3339(system_clock())
        partitions = await self._partitions(owned, outcomes)
        dead_partition = owned.tp.partition % await owned.partition_count(self._topic_name(DEAD.name))
        for taken, outcome, partition in zip(inputs, outcomes, partitions, strict=True):
            if isinstance(outcome, Publish):
                assert self._stage.writes is not None
                output = self._article(taken, outcome.article, self._stage.writes, partition, now)
                outcome = _fits(outcome, output, self._stage.writes)
                if isinstance(outcome, Publish):
                    outputs.append(output)
            if isinstance(outcome, Poison):
                outputs.append(self._dead_letter(taken, outcome, dead_partition, now))
            final.append(outcome)
        return outputs, final

    async def _partitions(self, owned: OwnedPartition, outcomes: Sequence[Outcome[Out]]) -> list[int]:
        """The input's partition where the key stays (topics have equal counts, checked at start), else by the key."""
        if self._stage.writes is None or self._stage.keeps_key:
            return [owned.tp.partition] * len(outcomes)
        count = await owned.partition_count(self._topic_name(self._stage.writes.name))
        keys = [self._identify(o.article)[0].encode() if isinstance(o, Publish) else b"" for o in outcomes]
        by_key = iter(partitions_of([key for key in keys if key], count))
        return [next(by_key) if key else owned.tp.partition for key in keys]

    def _article(self, taken: Input[In], article: Out, topic: Topic, partition: int, now: str) -> Output:
        article_id, revision = self._identify(article)
        headers = event_headers(
            event_id=f"{article_id}.{revision}",
            source=f"khabar/{self._name}",
            event_type=topic.event_type,
            time=now,
            carried=carried_headers(taken.record.headers, taken.sent_ms, taken.at),
        )
        return Output(self._topic_name(topic.name), partition, article_id.encode(), encode(article), headers)

    def _dead_letter(self, taken: Input[In], poison: Poison, partition: int, now: str) -> Output:
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


def _fits(outcome: Publish[Out], output: Output, topic: Topic) -> Outcome[Out]:
    size = record_bytes(output)
    if size <= topic.max_record_bytes:
        return outcome
    return Poison(
        Reason.TOO_LARGE, f"the article takes {size:,} bytes, and {topic.name} takes at most {topic.max_record_bytes:,}"
    )
