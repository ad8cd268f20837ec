"""Names of the Redis keys that access needs: in one slot, because one Lua call touches several."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """Key names of one installation; the braces make Redis Cluster put them in one slot."""

    prefix: str

    @property
    def _access(self) -> str:
        return f"{{{self.prefix}:access}}"

    @property
    def keys(self) -> str:
        """Hash: digest of a key to its KeyRecord as JSON."""
        return f"{self._access}:keys"

    @property
    def used(self) -> str:
        """Hash: digest of a key to when it was last used (epoch seconds, to the minute)."""
        return f"{self._access}:used"

    @property
    def sessions(self) -> str:
        """What comes before the digest of a session in the name of its string, the digest of its key."""
        return f"{self._access}:session:"

    @property
    def buckets(self) -> str:
        """What comes before a key's digest or an address in the name of its bucket (see admit.lua)."""
        return f"{self._access}:bucket:"

    @property
    def all(self) -> tuple[str, ...]:
        """The keys that a Lua call of access declares, in its order."""
        return (self.keys, self.used, self.sessions, self.buckets)
