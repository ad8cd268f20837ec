"""Loopback ports: which are free, and who is told when one is not."""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping

from deploy.local.failure import LocalError

HOST = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """As many different loopback ports that nothing listens on at this moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def is_taken(port: int) -> bool:
    """Whether a server could not listen on this loopback port now."""
    with socket.socket() as probe:
        # Servers set it too: connections of an earlier run that linger in TIME_WAIT do not take a port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as exc:
            if exc.errno in (errno.EADDRINUSE, errno.EACCES):
                return True
            raise
        return False


def require_free(wanted: Mapping[str, int]) -> None:
    """Raises LocalError that names each port (by its option) which is taken, or asked for twice, and what to do."""
    faults = _repeated(wanted) + [
        f"port {port} for {name.replace('-', ' ')} is taken (choose another with --{name}-port)"
        for name, port in wanted.items()
        if is_taken(port)
    ]
    if faults:
        raise LocalError(
            f"{'; '.join(faults)}. Stop what listens there (`ss -ltnp` lists it), or set the option: "
            "make run ARGS='--NAME-port NUMBER'. Nothing was started."
        )


def _repeated(wanted: Mapping[str, int]) -> list[str]:
    names: dict[int, list[str]] = {}
    for name, port in wanted.items():
        names.setdefault(port, []).append(name)
    return [f"port {port} is asked for twice, by {' and '.join(who)}" for port, who in names.items() if len(who) > 1]
