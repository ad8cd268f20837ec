"""A taken port is named before anything starts."""

from __future__ import annotations

import socket

import pytest

from deploy.local.failure import LocalError
from deploy.local.ports import HOST, free_ports, is_taken, require_free


@pytest.fixture
def listener() -> socket.socket:
    """Something else of the person's that listens."""
    return socket.create_server((HOST, 0))


def test_the_sentence_names_the_port_what_wants_it_and_the_option(listener: socket.socket) -> None:
    with listener:
        port = listener.getsockname()[1]
        with pytest.raises(LocalError) as told:
            require_free({"kafka": free_ports(1)[0], "normalizer-health": port})
    assert f"port {port} for normalizer health is taken" in str(told.value)
    assert "--normalizer-health-port" in str(told.value)
    assert "Nothing was started" in str(told.value)


def test_a_port_is_free_again_when_its_listener_is_gone(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    assert is_taken(port)
    listener.close()
    assert not is_taken(port)


def test_one_port_asked_for_twice_is_told(listener: socket.socket) -> None:
    listener.close()
    port = free_ports(1)[0]
    with pytest.raises(LocalError, match=f"port {port} is asked for twice, by kafka and redis"):
        require_free({"kafka": port, "redis": port})


def test_free_ports_are_different() -> None:
    assert len(set(free_ports(50))) == 50
