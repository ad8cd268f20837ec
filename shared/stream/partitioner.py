"""Kafka's default partitioner for a batch of keys at once: aiokafka's own costs 18 µs a key in pure Python."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from aiokafka.partitioner import murmur2

_M = np.uint32(0x5BD1E995)
_SEED = np.uint32(0x9747B28C)
_POSITIVE = np.uint32(0x7FFFFFFF)


def partitions_of(keys: Sequence[bytes], partition_count: int) -> list[int]:
    """The partition of each key, as Java's producer and aiokafka choose it (murmur2 over the key's bytes)."""
    if not keys:
        return []
    length = len(keys[0])
    if length % 4 or any(len(key) != length for key in keys):
        return [(murmur2(key) & 0x7FFFFFFF) % partition_count for key in keys]
    words = np.frombuffer(b"".join(keys), dtype="<u4").reshape(len(keys), length // 4)
    with np.errstate(over="ignore"):
        return [int(p) for p in (_murmur2(words, length) & _POSITIVE) % np.uint32(partition_count)]


def _murmur2(
    words: np.ndarray[tuple[int, int], np.dtype[np.uint32]], length: int
) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    hashed = np.full(len(words), _SEED ^ np.uint32(length), dtype=np.uint32)
    for column in words.T:
        mixed = column * _M
        mixed ^= mixed >> np.uint32(24)
        mixed *= _M
        hashed = (hashed * _M) ^ mixed
    hashed ^= hashed >> np.uint32(13)
    hashed *= _M
    hashed ^= hashed >> np.uint32(15)
    return hashed
