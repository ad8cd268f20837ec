"""What must be refused is refused, for the reason that its dead letter will carry."""

from __future__ import annotations

import itertools
import re
from hashlib import blake2b

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts import decode_raw
from shared.outcomes import PoisonError, Reason
from shared.topics import RAW
from tests.malformed_inputs import HEAVY_EVERY, KINDS, MalformedInput, malformed_inputs

COUNT = 4 * HEAVY_EVERY
LONGEST_ERROR = 300  # characters: an error says what was wrong without repeating the input
SEED = 7


def _refusal(value: bytes) -> PoisonError | None:
    try:
        decode_raw(value)
    except PoisonError as poison:
        return poison
    return None


def _assert_refused(malformed: MalformedInput) -> None:
    poison = _refusal(malformed.value)
    if malformed.reason is Reason.NO_CONTENT:
        assert poison is None, malformed.kind
        return
    assert poison, (malformed.kind, malformed.value[:200])
    assert poison.reason is malformed.reason, (malformed.kind, malformed.value[:200])
    assert 0 < len(poison.error) <= LONGEST_ERROR


def test_each_input_is_refused_for_its_reason_and_fits_the_topic() -> None:
    kinds = set()
    for malformed in malformed_inputs(COUNT, SEED):
        _assert_refused(malformed)
        assert len(malformed.value) < RAW.max_record_bytes
        kinds.add(malformed.kind)
    assert kinds == KINDS


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**64))
def test_no_seed_yields_an_input_that_would_be_accepted(seed: int) -> None:
    for malformed in malformed_inputs(HEAVY_EVERY - 1, seed):
        _assert_refused(malformed)


def test_without_content_there_is_no_letter_or_digit_to_read() -> None:
    empty = [m for m in malformed_inputs(COUNT, SEED) if m.reason is Reason.NO_CONTENT]
    for malformed in empty:
        article = decode_raw(malformed.value)
        hidden = r"(?s)<(script|style)>.*?</\1>|<!--.*?-->|<[^>]*>|&nbsp;"
        assert not any(char.isalnum() for char in re.sub(hidden, "", article.text or article.html or ""))
        assert article.title is None


def test_megabytes_come_once_in_so_many() -> None:
    heavy = [m for m in malformed_inputs(COUNT, SEED) if m.kind.startswith("megabytes")]
    assert len(heavy) == COUNT // HEAVY_EVERY
    assert all(len(m.value) > 2_500_000 for m in heavy)


def test_the_same_seed_yields_the_same_and_another_seed_another() -> None:
    def digest(seed: int) -> str:
        state = blake2b()
        for malformed in malformed_inputs(200, seed):
            state.update(malformed.kind.encode() + malformed.value)
        return state.hexdigest()

    assert digest(1) == digest(1)
    assert digest(1) != digest(2)


def test_asking_for_more_continues_the_same_inputs() -> None:
    assert list(malformed_inputs(30, SEED)) == list(itertools.islice(malformed_inputs(60, SEED), 30))
