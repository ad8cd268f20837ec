"""The names of the index's keys in Redis: one hash tag, so that all keys of a call are in one slot of a cluster."""

from __future__ import annotations

from services.deduplicator.entry import Ref

# A hash holds so many keys, packed in one listpack: 100 take 1,630 bytes an article in all, 32 1,930. Above 128, unless
# Redis is told otherwise, it unpacks them and spends several times the memory.
KEYS_PER_HASH = 64
ARTICLES_PER_GENERATION = 300_000  # 100,000 a day in a window of three
_KEYS_PER_ARTICLE = 20

FIELD_BYTES = 5

# Raised with every change of fingerprints or packed bytes: the index then starts anew, and is restored from Kafka.
LAYOUT_VERSION = 2


class RedisKeys:
    """Names of claims, records, postings, joins, positions and the generation under one prefix."""

    def __init__(self, prefix: str, *, articles_per_generation: int = ARTICLES_PER_GENERATION) -> None:
        wanted = max(1, articles_per_generation * _KEYS_PER_ARTICLE // KEYS_PER_HASH)
        self._hash_bits = (wanted - 1).bit_length()
        # Postings are found under this number of hashes alone: with another the index starts anew, too.
        self._tag = f"{{{prefix}:dedup}}:{LAYOUT_VERSION}.{self._hash_bits}:".encode()
        self.generation = self._tag + b"generation"
        self._claims = self._tag + b"c:"
        self._record = self._tag + b"r:"

    def position(self, topic: str, partition: int) -> bytes:
        """How far the partition was applied."""
        return self._tag + f"p:{topic}:{partition}".encode()

    def claims(self, article_id: bytes) -> bytes:
        """A hash: the claim of each revision, and the head, which is the latest of them."""
        return self._claims + article_id

    def joins(self, generation: int) -> bytes:
        """A hash: groups that were joined in that generation, each with the one that it is part of."""
        return self._tag + b"j:%x" % generation

    def record(self, ref: Ref) -> bytes:
        """What others are judged by."""
        return self._record + ref

    def posting_hashes(self, keys: tuple[int, ...], generation: int) -> list[bytes]:
        """The hash that holds each key's posting in that generation."""
        start = self._tag + b"k:%x:" % generation
        mask = (1 << self._hash_bits) - 1
        return [start + b"%x" % (key & mask) for key in keys]

    def posting_fields(self, keys: tuple[int, ...]) -> bytes:
        """The field of each key in its hash, FIELD_BYTES each."""
        bits, mask = self._hash_bits, (1 << 8 * FIELD_BYTES) - 1
        return b"".join([((key >> bits) & mask).to_bytes(FIELD_BYTES, "big") for key in keys])
