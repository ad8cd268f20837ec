"""How much may wait for one subscription. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """How many messages are pending and dead, and when (ms) the oldest pending one arrived."""

    pending: int
    dead: int
    oldest_ms: int | None


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one subscription: messages that wait, that were given up, and that are being sent at once.

    Where what waits and what was given up fill their room the cursor waits: Redis would grow without end otherwise.
    Then one message is sent out of turn every `probe_seconds`, to notice that the receiver is back.
    """

    pending: int = 256
    dead: int = 1_000
    at_once: int = 8
    probe_seconds: float = 30.0

    def room(self, load: Load) -> int:
        """How many messages may be taken; each has a place among the dead letters."""
        return max(0, min(self.pending - load.pending, self.dead - load.dead - load.pending))
