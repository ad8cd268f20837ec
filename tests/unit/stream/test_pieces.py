"""The pure parts of the runtime, at their boundaries."""

from __future__ import annotations

from aiokafka import ConsumerRecord
from aiokafka.codec import zstd_decode, zstd_encode
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from shared.outcomes import Coordinates
from shared.stream.batching import BatchLimits, capped_batches
from shared.stream.breaker import WINDOW, Breaker
from shared.stream.headers import carried_headers, input_coordinates, received_ms
from shared.stream.partitioner import partitions_of
from shared.stream.topic_admin import TopicState, faults
from shared.stream.transport import ZSTD_LEVEL


def _record(offset: int, size: int) -> ConsumerRecord:
    return ConsumerRecord("t", 0, offset, 0, 0, None, b"x" * size, None, 0, size, ())


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=20), st.integers(1, 64))
def test_article_ids_go_where_every_other_producer_puts_them(keys: list[bytes], partitions: int) -> None:
    everywhere = list(range(partitions))

    assert partitions_of(keys, partitions) == [DefaultPartitioner()(key, everywhere, everywhere) for key in keys]


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=20))
def test_keys_of_any_length_too(keys: list[bytes]) -> None:
    assert partitions_of(keys, 7) == [DefaultPartitioner()(key, list(range(7)), list(range(7))) for key in keys]


@given(st.lists(st.integers(0, 50), max_size=60), st.integers(1, 10), st.integers(1, 100))
def test_batches_keep_order_and_limits(sizes: list[int], records: int, size: int) -> None:
    given = [_record(offset, length) for offset, length in enumerate(sizes)]

    batches = list(capped_batches(given, BatchLimits(records, size, 1.0)))

    assert [record for batch in batches for record in batch] == given
    for batch in batches:
        assert len(batch) <= records
        assert len(batch) == 1 or sum(len(record.value) for record in batch) <= size


def test_the_breaker_opens_above_its_share_of_a_whole_window() -> None:
    breaker = Breaker(share=0.95)
    breaker.count([True] * (WINDOW - 1))
    assert not breaker.is_open, "a window that is not full says nothing"

    at_the_share = Breaker(share=0.95)
    at_the_share.count([True] * 950 + [False] * 50)
    assert not at_the_share.is_open

    above = Breaker(share=0.95)
    above.count([True] * 951 + [False] * 49)
    assert above.is_open


def test_the_breaker_looks_at_the_newest_articles_only() -> None:
    breaker = Breaker(share=0.5)
    breaker.count([False] * 10 * WINDOW)
    breaker.count([True] * 501)
    assert breaker.is_open
    never = Breaker(share=1)
    never.count([True] * 10 * WINDOW)
    assert not never.is_open


def test_headers_say_where_a_record_came_from() -> None:
    at = Coordinates("a/b.c", 3, 12)
    carried = carried_headers([("traceparent", b"00-x"), ("other", b"y")], 1234, at)

    assert input_coordinates(carried) == at
    assert received_ms(carried, 5) == 1234
    assert ("traceparent", b"00-x") in carried
    assert "other" not in dict(carried)


def test_a_forged_time_of_arrival_is_not_believed() -> None:
    assert received_ms([("ce_receivedtime", b"yesterday")], 5) == 5
    assert received_ms([("ce_receivedtime", b"9" * 40)], 5) == 5


def test_compression_is_as_set() -> None:
    assert zstd_encode.__defaults__ == (ZSTD_LEVEL,)
    assert zstd_decode(zstd_encode(b"abc" * 100)) == b"abc" * 100


def test_wrong_topics_are_said_in_one_sentence_each() -> None:
    assert faults([TopicState("a", 4), TopicState("b", 4)]) == []
    (missing,) = faults([TopicState("a", 4), TopicState("b", 0)])
    assert missing.startswith("missing: b; run")
    (differ,) = faults([TopicState("a", 4), TopicState("b", 2)])
    assert "a has 4, b has 2" in differ
