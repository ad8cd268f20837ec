"""How many streams one key or address holds open in this process, whose memory they take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from services.api.access.guard import Caller
from services.api.problems import ProblemError

RETRY_SECONDS = 30


class OpenStreams:
    """Counts them."""

    def __init__(self, most: int) -> None:
        self._most, self._open = most, Counter[str]()

    def begin(self, caller: Caller | None) -> Callable[[], None]:
        """One more; gives what ends it. Raises ProblemError (429) where it would be too many."""
        if caller is None or not caller.limited or not self._most:
            return _nothing
        who = caller.who
        if self._open[who] >= self._most:
            raise ProblemError(
                429,
                f"{self._most:,} streams are open for the same key or address; close one, or read several filters from "
                "one stream.",
                headers={"Retry-After": str(RETRY_SECONDS)},
            )
        self._open[who] += 1

        def end() -> None:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]

        return end


def _nothing() -> None:
    """An uncounted stream ends."""
