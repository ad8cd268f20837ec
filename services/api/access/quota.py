"""How many requests a minute, and how it is told. See: draft-ietf-httpapi-ratelimit-headers."""

from __future__ import annotations

import math
from dataclasses import dataclass

WINDOW_SECONDS = 60
_POLICY = '"default"'


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of it; `limit` 0 is without limit."""

    admitted: bool
    limit: int
    left: int
    milliseconds: int  # until all is left again; until the next request may come, where this one was not admitted

    @property
    def seconds(self) -> int:
        """Whole ones, never too few."""
        return max(1, math.ceil(self.milliseconds / 1000))

    @property
    def headers(self) -> dict[str, str]:
        """Policy and standing, for every answer."""
        if not self.limit:
            return {}
        return {
            "RateLimit-Policy": f"{_POLICY};q={self.limit};w={WINDOW_SECONDS}",
            "RateLimit": f"{_POLICY};r={self.left};t={self.seconds}",
        }
