"""Names of the cache's keys: the index in one slot, because one Lua call changes it; bodies spread by article.

There may be several indexes: one that is served, one that is being built, some that nobody reads any more.
"""

from __future__ import annotations

from dataclasses import dataclass

SERVED = "*"  # what a script is asked for that means the index that is served, whichever that is
FIRST = ""  # the name of an installation's first index, which is served where nothing says otherwise


@dataclass(frozen=True, slots=True)
class Keys:
    """Key names of one index of one installation; the braces make Redis Cluster put all of them in one slot."""

    prefix: str
    index: str = FIRST

    def _common(self, name: str) -> str:
        return f"{{{self.prefix}:cache}}:{name}"

    def _own(self, name: str) -> str:
        return self._common(f"{self.index}:{name}" if self.index else name)

    # -- of all indexes ------------------------------------------------------------------------------------------------

    @property
    def serving(self) -> str:
        """The name of the index that is served; the one key that every script declares."""
        return self._common("serving")

    @property
    def building(self) -> str:
        """The name of the index that is being built; expires where its builder died."""
        return self._common("building")

    @property
    def hold(self) -> str:
        """There while the agents must wait for the switch to another index; expires where its builder died."""
        return self._common("hold")

    @property
    def retired(self) -> str:
        """Hash: the name of an index that is not served, to when (ms) it may be cleared."""
        return self._common("retired")

    # -- of this one ---------------------------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """Hash: epoch, lineage (the epochs before), run_id (of Redis), sequence, time (ms), pruned, form."""
        return self._own("state")

    @property
    def positions(self) -> str:
        """Hash: topic/partition to the last offset applied."""
        return self._own("positions")

    @property
    def stream(self) -> str:
        """Stream: `<sequence>-0` to id (16 bytes), revision, facets, and when (ms) applied (t), enriched, published."""
        return self._own("stream")

    @property
    def articles(self) -> str:
        """Hash: id (16 bytes) to `sequence:revision` of its newest revision."""
        return self._own("articles")

    @property
    def superseded(self) -> str:
        """Sorted set: sequences that a newer revision of the same article has replaced."""
        return self._own("superseded")

    @property
    def facets(self) -> str:
        """What comes before a facet in the name of its sorted set, whose members and scores are sequences."""
        return self._own("facet:")

    @property
    def values(self) -> str:
        """What comes before a facet's dimension in the name of the hash of its values: value to what people read."""
        return self._own("values:")

    @property
    def published(self) -> str:
        """Before a day: its sorted set of blocks; before `few:` and a day: that of entries alone; `days`: all days."""
        return self._own("published:")

    @property
    def joined(self) -> str:
        """Hash: a group that turned out to be part of another, to that other and the sequence that showed it."""
        return self._own("joined")

    # -- bodies --------------------------------------------------------------------------------------------------------

    def body(self, article: str, revision: int) -> str:
        """The stored bytes of one revision, whichever index it is found by."""
        return f"{self.prefix}:article:{{{article}}}:{revision}"
