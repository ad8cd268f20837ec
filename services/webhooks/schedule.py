"""When a delivery that failed is tried again, and when it is given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

# Seconds after each failed try: those of the specification, ten tries in 75 hours.
DELAYS = (5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
JITTER = 0.1  # share of a delay, either way: what failed together is not tried together

Random = Callable[[], float]
"""From 0 to below 1."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The delays (seconds) between tries."""

    delays: tuple[float, ...] = DELAYS

    @property
    def tries(self) -> int:
        """How often a message is sent at most."""
        return len(self.delays) + 1

    def delay(self, tries: int, random: Random, *, at_least: float = 0.0) -> float | None:
        """Seconds until the next try after so many failed ones; None: it is given up.

        `at_least` is what the receiver asked for; it is held to as far as the longest delay.
        """
        if tries > len(self.delays):
            return None
        planned = self.delays[tries - 1] * (1 + JITTER * (2 * random() - 1))
        return max(planned, min(at_least, max(self.delays)))
