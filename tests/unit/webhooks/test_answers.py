"""What a receiver's status means."""

from __future__ import annotations

import pytest

from services.webhooks.sending import answer_of


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_all_of_2xx_is_a_success(status: int) -> None:
    assert answer_of(status, "").outcome == "delivered"


@pytest.mark.parametrize("status", [199, 300, 301, 307, 308, 400, 404, 409, 411, 500, 503])
def test_everything_else_fails(status: int) -> None:
    answer = answer_of(status, "")
    assert answer.outcome == "failed"
    assert str(status) in answer.reason
    assert ("redirects are not followed" in answer.reason) == (300 <= status < 400)


def test_410_wants_no_more() -> None:
    assert answer_of(410, "").outcome == "gone"


@pytest.mark.parametrize(("status", "throttle"), [(429, True), (502, True), (503, True), (504, True), (500, False)])
def test_a_receiver_that_has_too_much_is_given_time(status: int, throttle: bool) -> None:
    assert answer_of(status, "").throttle == throttle


@pytest.mark.parametrize(("text", "seconds"), [("120", 120.0), ("", 0.0), ("-5", 0.0), ("1e9", 0.0), ("9" * 40, 0.0)])
def test_what_it_asks_to_wait_is_read_as_whole_seconds(text: str, seconds: float) -> None:
    assert answer_of(503, text).retry_after == seconds
