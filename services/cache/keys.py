"""Names of the cache's keys: the index in one slot, because one Lua call changes it; bodies spread by article."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    """Key names of one installation; the braces make Redis Cluster put the whole index in one slot."""

    prefix: str

    @property
    def _index(self) -> str:
        return f"{{{self.prefix}:cache}}"

    @property
    def state(self) -> str:
        """Hash: epoch, lineage (the epochs before), run_id (of Redis), sequence, time (ms), pruned, form."""
        return f"{self._index}:state"

    @property
    def positions(self) -> str:
        """Hash: topic/partition to the last offset applied."""
        return f"{self._index}:positions"

    @property
    def stream(self) -> str:
        """Stream: `<sequence>-0` to id (16 bytes), revision, facets, and when (ms) applied (t), enriched, published."""
        return f"{self._index}:stream"

    @property
    def articles(self) -> str:
        """Hash: id (16 bytes) to `sequence:revision` of its newest revision."""
        return f"{self._index}:articles"

    @property
    def superseded(self) -> str:
        """Sorted set: sequences that a newer revision of the same article has replaced."""
        return f"{self._index}:superseded"

    @property
    def facets(self) -> str:
        """What comes before a facet in the name of its sorted set, whose members and scores are sequences."""
        return f"{self._index}:facet:"

    @property
    def values(self) -> str:
        """What comes before a facet's dimension in the name of the hash of its values: value to what people read."""
        return f"{self._index}:values:"

    @property
    def published(self) -> str:
        """What comes before a day in the name of its sorted set of blocks, and before `days` in that of all days."""
        return f"{self._index}:published:"

    @property
    def joined(self) -> str:
        """Hash: a group that turned out to be part of another, to that other and the sequence that showed it."""
        return f"{self._index}:joined"

    @property
    def index(self) -> tuple[str, ...]:
        """The keys that every Lua call of the index declares, in its order."""
        return (
            self.state,
            self.positions,
            self.stream,
            self.articles,
            self.superseded,
            self.facets,
            self.values,
            self.published,
            self.joined,
        )

    def body(self, article: str, revision: int) -> str:
        """The stored bytes of one revision."""
        return f"{self.prefix}:article:{{{article}}}:{revision}"
