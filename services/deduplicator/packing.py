"""Claims and records as the bytes that Redis keeps. The Lua scripts know the same layout."""

from __future__ import annotations

import struct

from services.deduplicator import sketch as sketches
from services.deduplicator.entry import FIELDS, Ref
from services.deduplicator.index import Claim, Match, Record
from services.deduplicator.sketch import Sketch
from shared.contracts import Relation
from shared.outcomes import Coordinates

ID_BYTES = 16
REVISION_BYTES = 8
REF_BYTES = 8

_NO_MATCH = 0
_RELATIONS: tuple[Relation, ...] = ("copy", "excerpt", "extension")  # the order is stored
_NO_REVISION = bytes(REVISION_BYTES)

_MATCH = struct.Struct(">B16sHH")
_DECISION = struct.Struct(">16sI8sHB")  # group, number, previous, changed, how many groups are joined
_RECORD = struct.Struct(">16s8s16sI")
_TAIL = struct.Struct(">QIB")  # offset, partition, bytes of the topic's name

MATCH_BYTES = _MATCH.size
REST_AT = 2 * ID_BYTES + REVISION_BYTES  # in a record: what follows its group


def pack_match(match: Match | None) -> bytes:
    """Relation, of, shares: MATCH_BYTES bytes."""
    if match is None:
        return bytes(MATCH_BYTES)
    return _MATCH.pack(1 + _RELATIONS.index(match.relation), match.of, match.containment, match.contained)


def pack_tail(at: Coordinates, match: Match | None) -> bytes:
    """Coordinates, then the method of the match."""
    topic = at.topic.encode()
    method = match.method.encode() if match else b""
    return _TAIL.pack(at.offset, at.partition, len(topic)) + topic + method


def pack_claim(claim: Claim) -> bytes:
    """Match, group, number, previous, changed, joined groups, tail."""
    changed = sum(1 << FIELDS.index(name) for name in claim.changed if name in FIELDS)
    decision = _DECISION.pack(claim.group, claim.number, claim.previous or _NO_REVISION, changed, len(claim.joined))
    return pack_match(claim.match) + decision + b"".join(claim.joined) + pack_tail(claim.at, claim.match)


def unpack_claim(packed: bytes) -> Claim:
    """The claim in the bytes."""
    relation, of, containment, contained = _MATCH.unpack_from(packed)
    group, number, previous, changed, joins = _DECISION.unpack_from(packed, MATCH_BYTES)
    joined_at = MATCH_BYTES + _DECISION.size
    tail_at = joined_at + joins * ID_BYTES
    tail = packed[tail_at:]
    offset, partition, name_bytes = _TAIL.unpack_from(tail)
    method_at = _TAIL.size + name_bytes
    match = None
    if relation != _NO_MATCH:
        match = Match(of, _RELATIONS[relation - 1], containment, contained, tail[method_at:].decode())
    return Claim(
        at=Coordinates(tail[_TAIL.size : method_at].decode(), partition, offset),
        number=number,
        previous=None if previous == _NO_REVISION else previous,
        changed=tuple(name for place, name in enumerate(FIELDS) if changed >> place & 1),
        match=match,
        group=group,
        joined=tuple(packed[place : place + ID_BYTES] for place in range(joined_at, tail_at, ID_BYTES)),
    )


def pack_record(article_id: bytes, revision: bytes, group: bytes, day: int, sketch: Sketch) -> bytes:
    """Id, revision, group, day, sketch."""
    return _RECORD.pack(article_id, revision, group, day) + sketches.pack(sketch)


def unpack_record(packed: bytes) -> Record:
    """The record in the bytes. Raises SketchError."""
    article_id, revision, group, day = _RECORD.unpack_from(packed)
    return Record(article_id, revision, group, day, sketches.unpack(packed[_RECORD.size :]))


def split_refs(packed: bytes) -> tuple[Ref, ...]:
    """The references in a concatenation of them."""
    return tuple(packed[place : place + REF_BYTES] for place in range(0, len(packed), REF_BYTES))
