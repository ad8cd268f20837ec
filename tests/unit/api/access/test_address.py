from __future__ import annotations

import pytest

from services.api.access.guard import is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_known_by_every_notation(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "10.0.0.1", "::ffff:10.0.0.1", "localhost.example", "127.0.0.1.example", "0.0.0.0"]
)
def test_every_other_machine_is_not_this_one(host: str) -> None:
    assert not is_loopback(host)
