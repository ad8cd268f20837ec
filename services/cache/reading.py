"""Reading the cache: a page by cursor and filter, one article by id, the values that there are to filter by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, TypeVar

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from services.cache.body import unpack
from services.cache.cursor import START, Cursor
from services.cache.events import Removal
from services.cache.facets import REMOVED, SEPARATOR, Filter
from services.cache.keys import SERVED, Keys
from services.cache.scripts import script
from services.cache.served import ServedIndex
from shared.contracts import encode
from shared.outcomes import TransientError
from shared.redis import ask
from shared.settings import Settings

T = TypeVar("T")
Order = Literal["arrival", "newest"]
Revisions = Literal["all", "latest"]
Dimension = Literal["language", "topic", "country", "source"]

# How far back a reader is taken whose cursor is of another epoch: above what a restarted Redis (one second) or a
# replica that took over (its lag, and its clock's difference) may have lost.
RESUME_MARGIN_MS = 30_000
# Entries looked at in one Lua call, which nothing else can run beside: 20 ms at most (measured: 4 µs an entry).
BUDGET_ENTRIES = 5_000
_CALLS_A_PAGE = 4
# A page that has grown to this ends, however many were asked for: one article may have megabytes.
PAGE_BYTES = 4 << 20
_BODIES_AT_ONCE = 50
MEMBERS = 64  # of a group: what a person reads, and what is put in order in some milliseconds
_MEMBER_ENTRIES = 200
_OLD_FORM = "the cache was filled before published times were indexed: run `khabar rebuild cache`"
_REMOVED = b":removed"  # at the end of what the index holds of an article
_FIRST = 1  # number of an article's first revision


@dataclass(frozen=True, slots=True)
class Entry:
    """One revision in the order of arrival."""

    id: str
    revision: int
    cursor: Cursor
    facets: tuple[str, ...]
    published_ms: int | None = None

    @property
    def is_removal(self) -> bool:
        """Whether it tells that the article is removed."""
        return REMOVED in self.facets


@dataclass(frozen=True, slots=True)
class Item:
    """An entry with its JSON, as it was stored."""

    entry: Entry
    body: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """What was found, and where to go on.

    `reached` is the place up to which all was looked at, `newest` the newest place there is; `complete`: nothing is
    left beyond `reached`; `resumed`: the cursor was of another epoch, so some of this was perhaps seen before;
    `forgotten`: the sequence up to which the index has let go of everything.
    """

    items: tuple[Item, ...]
    reached: Cursor
    newest: Cursor
    complete: bool
    resumed: bool
    forgotten: int = 0


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value that articles can be filtered by, as people read it, and how many revisions have it."""

    value: str
    label: str
    count: int


class Reader:
    """Reads what the cache stage has applied. Every method raises TransientError while Redis is away."""

    def __init__(self, redis: Redis, settings: Settings, *, budget: int = BUDGET_ENTRIES) -> None:
        self._redis, self._budget = redis, budget
        self._keys, self._served = Keys(settings.key_prefix), ServedIndex(redis, settings.key_prefix)
        self._query = script(redis, "query")

    async def newest(self) -> Cursor:
        """The place of the newest entry; the start where there is none."""
        ((epoch, sequence, time),) = await self._read(
            lambda: self._served.read(lambda pipe, keys: pipe.hmget(keys.state, ["epoch", "sequence", "time"]))
        )
        return Cursor(epoch.decode(), int(sequence or 0), int(time or 0)) if epoch else START

    @property
    def stream(self) -> str:
        """The key of the stream of the index that `newest` last read."""
        return self._served.keys.stream

    async def page(
        self,
        wanted: Filter,
        *,
        order: Order,
        cursor: Cursor | None,
        limit: int,
        revisions: Revisions = "latest",
        removals: bool = False,
    ) -> Page:
        """At most `limit` entries beyond the cursor: after it in order of arrival, or before it newest first.

        With `removals`, also those that tell that an article is removed; their JSON is a Removal's.
        """
        entries, page = await self._entries(wanted, order, cursor, limit, revisions, removals=removals)
        items, cut_at = await self._page_bodies(entries)
        if cut_at:
            page = replace(page, reached=cut_at, complete=False)
        return replace(page, items=items)

    async def _entries(
        self,
        wanted: Filter,
        order: Order,
        cursor: Cursor | None,
        limit: int,
        revisions: Revisions,
        *,
        removals: bool = False,
    ) -> tuple[list[Entry], Page]:
        """The entries of a page, and the page without them."""
        entries: list[Entry] = []
        resumed, call = False, 0
        if cursor == START:
            cursor = None
        while True:
            answer = await self._ask(wanted, order, cursor, limit - len(entries), revisions, removals)
            resumed, call = resumed or bool(answer[3]), call + 1
            epoch = answer[0].decode()
            if not epoch:  # the index is empty or was wiped: what the reader holds stays good
                place = cursor or START
                return [], Page((), reached=place, newest=START, complete=True, resumed=False)
            entries += [_entry(epoch, fields) for fields in answer[9:]]
            cursor = Cursor(epoch, int(answer[4]), int(answer[5]))
            complete = bool(answer[6])
            if complete or len(entries) >= limit or call == _CALLS_A_PAGE:
                newest = Cursor(epoch, int(answer[1]), int(answer[2]))
                page = Page((), reached=cursor, newest=newest, complete=complete, resumed=resumed)
                return entries, replace(page, forgotten=int(answer[8]))

    async def members(self, group: str) -> tuple[Item, ...]:
        """The articles of the group, in the order in which they first arrived, each as it is now; the first 64 of them.

        Groups that turned out to be one are one here, by whichever id they are asked for. See:
        `services.deduplicator.chain`.
        """
        newest: dict[str, Entry] = {}
        cursor: Cursor | None = None
        while len(newest) <= MEMBERS:
            entries, page = await self._entries(
                Filter(group=group), "arrival", cursor, _MEMBER_ENTRIES, revisions="all"
            )
            for entry in entries:
                newest[entry.id] = entry  # keeps the place of the first
            if page.complete:
                break
            cursor = page.reached
        return await self.bodies(list(newest.values())[:MEMBERS])

    async def repeated(self, groups: Sequence[str]) -> tuple[str, ...]:
        """Those of the groups that have members, in one round trip: most articles are repeated by nothing."""

        def queue(pipe: Pipeline, keys: Keys) -> None:
            pipe.hmget(keys.joined, list(groups))
            for group in groups:
                pipe.exists(f"{keys.facets}group:{group}")

        if not groups:
            return ()
        joined, *held = await self._read(lambda: self._served.read(queue))
        return tuple(group for group, *either in zip(groups, held, joined, strict=True) if any(either))

    async def _page_bodies(self, entries: Sequence[Entry]) -> tuple[tuple[Item, ...], Cursor | None]:
        """The items, and the place of the last one where the page would grow too large with the rest."""
        items: list[Item] = []
        for at in range(0, len(entries), _BODIES_AT_ONCE):
            part = entries[at : at + _BODIES_AT_ONCE]
            items += await self.bodies(part)
            if sum(len(item.body) for item in items) > PAGE_BYTES and part[-1] is not entries[-1]:
                return tuple(items), part[-1].cursor
        return tuple(items), None

    async def _ask(
        self,
        wanted: Filter,
        order: Order,
        cursor: Cursor | None,
        limit: int,
        revisions: Revisions,
        removals: bool,
    ) -> list[Any]:
        arguments: list[str | int] = [
            SERVED,
            "asc" if order == "arrival" else "desc",
            cursor.epoch if cursor else "",
            cursor.sequence if cursor else -1,
            cursor.time_ms if cursor else 0,
            RESUME_MARGIN_MS,
            limit,
            self._budget,
            revisions,
            int(removals),
            wanted.excluded() or "",
            "" if wanted.published_from_ms is None else wanted.published_from_ms,
            "" if wanted.published_to_ms is None else wanted.published_to_ms,
            *wanted.required(),
        ]
        answer: list[Any] = await self._read(lambda: self._query(keys=[self._keys.serving], args=arguments))
        if not answer:
            raise TransientError(_OLD_FORM)
        return answer

    async def bodies(self, entries: Sequence[Entry]) -> tuple[Item, ...]:
        """The entries with their JSON; without those whose body has expired since, or whose article was removed."""
        if not entries:
            return ()
        names = [self._keys.body(entry.id, entry.revision) for entry in entries]
        kept: list[bytes | None] = await self._read(lambda: self._each("get", names))
        items = (_item(entry, body) for entry, body in zip(entries, kept, strict=True))
        return tuple(item for item in items if item is not None)

    async def article(self, article: str, revision: int | None = None) -> bytes | None:
        """The JSON of the article's newest revision, or of that one; None where the cache does not hold it."""
        # Most articles have no other revision than the first: its body in the same round trip.
        asked = revision or _FIRST
        newest, kept = await self._read(lambda: self._served.read(partial(_newest_and_body, article, asked)))
        if (newest is None and revision is None) or (newest or b"").endswith(_REMOVED):
            return None
        if revision is None and (number := int(newest.split(b":")[1])) != asked:
            name = self._keys.body(article, number)
            kept = await self._read(lambda: self._redis.get(name))
        return None if kept is None else unpack(kept)

    async def removed(self, articles: Sequence[str]) -> frozenset[str]:
        """Those that were removed, and have not come again."""
        if not articles:
            return frozenset()
        names = [bytes.fromhex(article) for article in articles]
        (newest,) = await self._read(lambda: self._served.read(lambda pipe, keys: pipe.hmget(keys.articles, names)))
        found = zip(articles, newest, strict=True)
        return frozenset(article for article, held in found if held and held.endswith(_REMOVED))

    async def values(self, dimension: Dimension) -> tuple[FacetValue, ...]:
        """What articles can be filtered by in that dimension, the most frequent first."""
        (found,) = await self._read(
            lambda: self._served.read(lambda pipe, keys: pipe.hgetall(f"{keys.values}{dimension}"))
        )
        labels = {value.decode(): label.decode() for value, label in found.items()}
        names = [f"{self._served.keys.facets}{dimension}:{value}" for value in labels]
        counts: list[int] = await self._read(lambda: self._each("zcard", names)) if names else []
        values = (FacetValue(value, label, count) for (value, label), count in zip(labels.items(), counts, strict=True))
        return tuple(sorted(values, key=lambda facet: (-facet.count, facet.value)))

    async def _each(self, command: Literal["get", "zcard"], names: Sequence[str]) -> list[Any]:
        """What the command answers for each key, in one round trip."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.execute_command(command, name)
            answers: list[Any] = await pipe.execute()
        return answers

    async def _read(self, call: Callable[[], Awaitable[T]]) -> T:
        return await ask(self._redis, call)


def stream_entries(epoch: str, answer: Any) -> list[Entry]:
    """The entries in what XREAD of the index's stream answered: nothing, or one stream."""
    return [
        _entry(
            epoch,
            [fields[b"i"], fields[b"r"], number.partition(b"-")[0], fields[b"t"], fields[b"f"], fields.get(b"p", b"")],
        )
        for _, entries in answer or ()
        for number, fields in entries
    ]


def _entry(epoch: str, fields: list[bytes]) -> Entry:
    identifier, revision, sequence, time, facets, published = fields
    return Entry(
        id=identifier.hex(),
        revision=int(revision),
        cursor=Cursor(epoch, int(sequence), int(time)),
        facets=tuple(facets.decode().split(SEPARATOR)),
        published_ms=int(published) if published else None,
    )


def _newest_and_body(article: str, revision: int, pipe: Pipeline, keys: Keys) -> None:
    pipe.hget(keys.articles, bytes.fromhex(article))
    pipe.get(keys.body(article, revision))


def _item(entry: Entry, body: bytes | None) -> Item | None:
    if entry.is_removal:
        return Item(entry, encode(Removal(entry.id)))
    return None if body is None else Item(entry, unpack(body))
