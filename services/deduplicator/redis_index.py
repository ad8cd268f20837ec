"""The index in Redis: every decision is one atomic Lua call, so that racing workers give one answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha1
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from services.deduplicator.entry import Entry, Ref
from services.deduplicator.generations import DAY_SECONDS, NO_GENERATION, generation_of, lifetime_seconds, looked_up
from services.deduplicator.index import (
    CALL_ENTRIES,
    CLAIM_DAYS,
    JOINS_FOLLOWED,
    REFS_PER_KEY,
    WINDOW_DAYS,
    Answer,
    Claimed,
    Found,
    Lookup,
    Proposal,
    Record,
    Restored,
)
from services.deduplicator.packing import (
    REST_AT,
    pack_claim,
    pack_match,
    pack_record,
    pack_tail,
    split_refs,
    unpack_claim,
    unpack_record,
)
from services.deduplicator.redis_keys import RedisKeys
from shared.clock import Clock, system_clock
from shared.positions import NO_OFFSET, PositionBehindError, Span
from shared.redis import waiting_on_redis
from shared.settings import Settings


class _Script:
    """A Lua script, sent once and then called by its digest."""

    def __init__(self, client: Redis, name: str) -> None:
        self._client = client
        self._source = Path(__file__).with_name(name).read_text("utf-8")
        self._digest = sha1(self._source.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, keys: list[bytes], arguments: list[bytes | int]) -> list[Any]:
        with waiting_on_redis():
            try:
                answer = await self._client.evalsha(self._digest, len(keys), *keys, *arguments)
            except NoScriptError:
                answer = await self._client.eval(self._source, len(keys), *keys, *arguments)
        assert isinstance(answer, list)
        return answer


class RedisIndex:
    """The index that all workers share; `client` must not decode responses."""

    def __init__(
        self,
        client: Redis,
        keys: RedisKeys,
        *,
        window_days: int = WINDOW_DAYS,
        claim_days: float = CLAIM_DAYS,
        clock: Clock = system_clock,
    ) -> None:
        self._client = client
        self._keys = keys
        self._window_days = window_days
        self._claim_seconds = int(claim_days * DAY_SECONDS)
        self._index_seconds = lifetime_seconds(window_days)
        self._clock = clock
        self._lookup = _Script(client, "lookup.lua")
        self._records = _Script(client, "records.lua")
        self._claim = _Script(client, "claim.lua")
        self._restore = _Script(client, "restore.lua")

    @property
    def window_days(self) -> int:
        """How many days apart two events may lie."""
        return self._window_days

    async def lookup(self, entries: Sequence[Entry]) -> Lookup:
        """What is known of each entry."""
        return await self._looked_up(entries, generation_of(self._clock, self._window_days))

    async def peek(self, entries: Sequence[Entry]) -> Lookup:
        """As `lookup`, for whoever claims nothing: whatever the clock here says, no generation begins."""
        return await self._looked_up(entries, NO_GENERATION)

    async def _looked_up(self, entries: Sequence[Entry], generation: int) -> Lookup:
        """In that generation, or in the one that has begun since."""
        while True:
            answer = await self._lookup(*self._lookup_call(entries, generation))
            if answer[0] == generation:
                break
            generation = answer[0]
        found = []
        for place in range(1, len(answer), 3):
            claim, older, current = answer[place : place + 3]
            found.append(Found(unpack_claim(claim) if claim else None, split_refs(older), split_refs(current)))
        return Lookup(generation, tuple(found))

    def _lookup_call(self, entries: Sequence[Entry], generation: int) -> tuple[list[bytes], list[bytes | int]]:
        generations = looked_up(generation, self._window_days)
        keys = [self._keys.generation]
        arguments: list[bytes | int] = [generation, len(generations)]
        for entry in entries:
            keys.append(self._keys.claims(entry.id))
            for one in generations:
                keys += self._keys.posting_hashes(entry.fingerprint.keys, one)
            arguments += (entry.revision, self._keys.posting_fields(entry.fingerprint.keys))
        return keys, arguments

    async def records(self, generation: int, refs: Sequence[Ref]) -> Sequence[Record | None]:
        """The records under the references, None where the window has passed; the generation is the lookup's."""
        if not refs:
            return ()
        keys = [*self._joins(generation), *(self._keys.record(ref) for ref in refs)]
        packed = await self._records(keys, [JOINS_FOLLOWED])
        return [unpack_record(one) if isinstance(one, bytes) else None for one in packed]

    async def claim(self, span: Span, generation: int, proposals: Sequence[Proposal]) -> Claimed:
        """Decides on the proposals in order, in one atomic step that also moves the position."""
        keys = [
            self._keys.generation,
            self._keys.position(span.topic, span.partition),
            *self._joins(generation),
        ]
        arguments = [*self._arguments(span, generation), JOINS_FOLLOWED]
        for proposal in proposals:
            self._add_proposal(proposal, generation, keys, arguments)
        answer = await self._claim(keys, arguments)
        if answer[0] == b"behind":
            raise PositionBehindError(span, int(answer[1]))
        claims = [unpack_claim(packed) for packed in answer[1:]]
        return Claimed(
            tuple(
                Answer(claim, own=claim.at == proposal.entry.at)
                for claim, proposal in zip(claims, proposals, strict=False)
            )
        )

    def _joins(self, generation: int) -> tuple[bytes, bytes]:
        before, now = looked_up(generation, self._window_days)
        return self._keys.joins(now), self._keys.joins(before)

    def _arguments(self, span: Span, generation: int) -> list[bytes | int]:
        return [span.follows, span.reaches, generation, self._claim_seconds, self._index_seconds, REFS_PER_KEY]

    def _add_proposal(
        self, proposal: Proposal, generation: int, keys: list[bytes], arguments: list[bytes | int]
    ) -> None:
        entry, match = proposal.entry, proposal.match
        posting_keys = entry.fingerprint.keys
        record = self._keys.record(entry.ref)
        keys += (
            self._keys.claims(entry.id),
            record,
            self._keys.record(proposal.matched) if proposal.matched else record,
            *(self._keys.record(ref) for ref in proposal.joins),
        )
        keys += self._keys.posting_hashes(posting_keys, generation)
        packed = pack_record(entry.id, entry.revision, entry.id, entry.day, entry.fingerprint.sketch)
        arguments += (
            entry.at.offset,
            pack_tail(entry.at, match),
            entry.id,
            entry.revision,
            entry.ref,
            entry.fields,
            int(proposal.claimed),
            pack_match(match),
            len(proposal.joins),
            b"".join(sorted(proposal.seen)),
            packed[REST_AT:],
            self._keys.posting_fields(posting_keys),
        )

    async def restore(self, span: Span, restored: Sequence[Restored]) -> None:
        """Puts back what was published, without judging it, and moves the position."""
        for part, articles in parts(span, restored):
            await self._restore_part(part, articles)

    async def positions(self, topic: str, partitions: Sequence[int]) -> Sequence[int]:
        """The offset that each partition was applied to, `NO_OFFSET` where none is known."""
        if not partitions:
            return ()
        with waiting_on_redis():
            known = await self._client.mget([self._keys.position(topic, partition) for partition in partitions])
        return [NO_OFFSET if offset is None else int(offset) for offset in known]

    async def _restore_part(self, span: Span, restored: Sequence[Restored]) -> None:
        generation = generation_of(self._clock, self._window_days)
        while True:
            answer = await self._restore(*self._restore_call(span, generation, restored))
            match answer[0]:
                case b"behind":
                    raise PositionBehindError(span, int(answer[1]))
                case b"generation":
                    generation = int(answer[1])
                case _:
                    return

    def _restore_call(
        self, span: Span, generation: int, restored: Sequence[Restored]
    ) -> tuple[list[bytes], list[bytes | int]]:
        keys = [
            self._keys.generation,
            self._keys.position(span.topic, span.partition),
            self._keys.joins(generation),
        ]
        arguments = self._arguments(span, generation)
        for one in restored:
            entry, claim = one.entry, one.claim
            posting_keys = entry.fingerprint.keys
            keys += (self._keys.claims(entry.id), self._keys.record(entry.ref))
            keys += self._keys.posting_hashes(posting_keys, generation)
            record = pack_record(entry.id, entry.revision, claim.group, entry.day, entry.fingerprint.sketch)
            arguments += (
                entry.revision,
                pack_claim(claim),
                claim.number,
                entry.fields,
                entry.ref,
                record if one.indexed else b"",
                claim.group,
                b"".join(claim.joined),
                self._keys.posting_fields(posting_keys),
            )
        return keys, arguments


def index_of(redis: Redis, settings: Settings) -> RedisIndex:
    """The index of these settings."""
    return RedisIndex(
        redis,
        RedisKeys(settings.key_prefix, articles_per_generation=settings.articles_per_day * settings.window_days),
        window_days=settings.window_days,
        claim_days=settings.retention_days + 1,  # no redelivery may outlive its claim
    )


def parts(span: Span, restored: Sequence[Restored]) -> Iterator[tuple[Span, Sequence[Restored]]]:
    """The restored articles in calls of CALL_ENTRIES, each with the part of the span that it covers."""
    follows = span.follows
    for start in range(0, len(restored), CALL_ENTRIES):
        part = restored[start : start + CALL_ENTRIES]
        last = start + CALL_ENTRIES >= len(restored)
        reaches = span.reaches if last else part[-1].entry.at.offset
        yield Span(span.topic, span.partition, follows, reaches), part
        follows = reaches
    if not restored:
        yield span, restored
