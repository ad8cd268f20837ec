"""Names of the webhooks' keys: all in one slot, because one Lua call changes several."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    """Key names of one installation."""

    prefix: str

    @property
    def _all(self) -> str:
        return f"{{{self.prefix}:webhooks}}"

    @property
    def subscriptions(self) -> str:
        """Hash: name to the subscription as JSON, with its secrets."""
        return f"{self._all}:subscriptions"

    @property
    def disabled(self) -> str:
        """Hash: name to why nothing is sent."""
        return f"{self._all}:disabled"

    @property
    def cursors(self) -> str:
        """Hash: name to the cursor up to which everything was delivered, is pending, or is dead."""
        return f"{self._all}:cursors"

    @property
    def fences(self) -> str:
        """Counter: the number of the newest lease."""
        return f"{self._all}:fences"

    def lease(self, name: str) -> str:
        """Number of the lease of who delivers now; expires with its process."""
        return f"{self._all}:lease:{name}"

    def pending(self, name: str) -> str:
        """Hash: message id to what is to be delivered (msgpack)."""
        return f"{self._all}:pending:{name}"

    def due(self, name: str) -> str:
        """Sorted set: message id, by when (ms) it is to be tried."""
        return f"{self._all}:due:{name}"

    def arrived(self, name: str) -> str:
        """Sorted set: message id, by when (ms) the article arrived in the cache."""
        return f"{self._all}:arrived:{name}"

    def dead(self, name: str) -> str:
        """Hash: message id to what was given up (msgpack)."""
        return f"{self._all}:dead:{name}"

    def of(self, name: str) -> tuple[str, ...]:
        """Every key that is this subscription's alone, in the order in which the Lua calls declare them."""
        return (self.lease(name), self.pending(name), self.due(name), self.arrived(name), self.dead(name))
