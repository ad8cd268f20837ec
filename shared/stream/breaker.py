"""Stops an agent that sends nearly everything to the dead letters, before it drains its topic into them."""

from __future__ import annotations

from collections import deque

WINDOW = 1_000  # articles; a bad deploy fails nearly all, a bad producer among good ones does not


class Breaker:
    """Opens when, of the last `WINDOW` articles, more than the set share became dead letters; never closes again."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._recent: deque[bool] = deque(maxlen=WINDOW)
        self._dead = 0

    def count(self, dead: list[bool]) -> None:
        """Takes the outcomes of a batch, in order: True for a dead letter."""
        for is_dead in dead:
            if len(self._recent) == WINDOW:
                self._dead -= self._recent[0]
            self._recent.append(is_dead)
            self._dead += is_dead

    @property
    def is_open(self) -> bool:
        return len(self._recent) == WINDOW and self._dead > self._share * WINDOW
