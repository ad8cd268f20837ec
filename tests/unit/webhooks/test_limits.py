"""How many messages a subscription may take."""

from __future__ import annotations

import pytest

from services.webhooks.limits import Limits, Load


@pytest.mark.parametrize(
    ("pending", "dead", "room"),
    [
        (0, 0, 256),
        (255, 0, 1),
        (256, 0, 0),
        (300, 0, 0),  # `khabar webhooks retry` may bring more than there is room for
        (0, 744, 256),
        (0, 745, 255),
        (100, 899, 1),
        (100, 900, 0),
        (0, 1_000, 0),
    ],
)
def test_each_message_that_is_taken_has_a_place_among_the_dead(pending: int, dead: int, room: int) -> None:
    assert Limits().room(Load(pending, dead, None)) == room
