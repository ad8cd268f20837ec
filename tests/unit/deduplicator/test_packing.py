"""What goes to Redis comes back the same, in names that share one slot of a cluster."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from redis.crc import key_slot

from services.deduplicator.entry import FIELDS
from services.deduplicator.fingerprint import FEWEST_KEYS, fingerprint
from services.deduplicator.index import Claim, Match
from services.deduplicator.packing import pack_claim, pack_record, split_refs, unpack_claim, unpack_record
from services.deduplicator.redis_keys import FIELD_BYTES, RedisKeys
from shared.outcomes import Coordinates
from tests.unit.deduplicator.samples import prose

ids = st.binary(min_size=16, max_size=16)
revisions = st.binary(min_size=8, max_size=8).filter(any)
shares = st.integers(0, 1000)
matches = st.builds(
    Match,
    of=ids,
    relation=st.sampled_from(["copy", "excerpt", "extension"]),
    containment=shares,
    contained=shares,
    method=st.text(min_size=1, max_size=20),
)
claims = st.builds(
    Claim,
    at=st.builds(
        Coordinates,
        topic=st.text(min_size=1, max_size=60),
        partition=st.integers(0, 2**31 - 1),
        offset=st.integers(0, 2**63 - 1),
    ),
    number=st.integers(1, 2**31),
    previous=st.none() | revisions,
    changed=st.sets(st.sampled_from(FIELDS)).map(lambda names: tuple(name for name in FIELDS if name in names)),
    match=st.none() | matches,
    group=ids,
)


@given(claims)
def test_claims_survive(claim: Claim) -> None:
    assert unpack_claim(pack_claim(claim)) == claim


@given(ids, revisions, ids, st.integers(1, 3_000_000))
def test_records_survive(article_id: bytes, revision: bytes, group: bytes, day: int) -> None:
    sketch = fingerprint("", prose(1)).sketch
    record = unpack_record(pack_record(article_id, revision, group, day, sketch))
    assert (record.id, record.revision, record.group, record.day) == (article_id, revision, group, day)
    assert record.sketch.stems.tolist() == sketch.stems.tolist()


@given(st.lists(st.binary(min_size=8, max_size=8)))
def test_references_survive(refs: list[bytes]) -> None:
    assert split_refs(b"".join(refs)) == tuple(refs)


def test_all_keys_of_a_call_share_one_slot_and_one_prefix() -> None:
    names = RedisKeys("test.khabar")
    keys = fingerprint("", prose(1)).keys
    every = [
        names.generation,
        names.position("articles.classified", 3),
        names.claims(bytes(16)),
        names.claims(b"}{" * 8),
        names.record(b"}{" * 4),
        names.joins(20_000),
        *names.posting_hashes(keys, 20_000),
    ]
    assert len({key_slot(key) for key in every}) == 1
    assert all(name.startswith(b"{test.khabar:dedup}:") for name in every)


def test_keys_are_told_apart_by_hash_and_field() -> None:
    names = RedisKeys("khabar", articles_per_generation=10)
    keys = tuple(key for seed in range(50) for key in fingerprint("", prose(seed)).keys)
    fields = names.posting_fields(keys)
    assert len(fields) == len(keys) * FIELD_BYTES
    places = {
        (one, fields[place * FIELD_BYTES : (place + 1) * FIELD_BYTES])
        for place, one in enumerate(names.posting_hashes(keys, 1))
    }
    assert len(places) == len(set(keys)) == 50 * FEWEST_KEYS


def test_more_articles_are_spread_over_more_hashes() -> None:
    def hashes(articles: int) -> int:
        names = RedisKeys("khabar", articles_per_generation=articles)
        keys = tuple(key for seed in range(200) for key in fingerprint("", prose(seed)).keys)
        return len(set(names.posting_hashes(keys, 1)))

    assert hashes(1) == 1
    assert hashes(100) <= 32
    assert hashes(100_000) > 1_000


def test_an_index_for_many_more_articles_is_another_one() -> None:
    small, large = RedisKeys("khabar"), RedisKeys("khabar", articles_per_generation=3_000_000)
    assert small.generation != large.generation
    assert small.position("articles.classified", 0) != large.position("articles.classified", 0)


def test_names_are_readable() -> None:
    names = RedisKeys("khabar")
    assert re.fullmatch(rb"\{khabar:dedup\}:\d+\.\d+:p:articles.raw:0", names.position("articles.raw", 0))
    assert re.fullmatch(rb"\{khabar:dedup\}:\d+\.\d+:k:4e20:[0-9a-f]+", names.posting_hashes((12345,), 20_000)[0])
