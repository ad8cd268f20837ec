"""Delivers one subscription while its lease is held: takes what arrived, and tries what is due."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from services.cache.reading import Entry
from services.webhooks.deliveries import Deliveries
from services.webhooks.entries import REMOVAL, Dead, Pending
from services.webhooks.index import Index
from services.webhooks.limits import Limits, Load
from services.webhooks.subscription import Subscription
from services.webhooks.trying import REDIS_AWAY_SECONDS, Tries
from shared.clock import Clock, rfc3339, system_clock
from shared.metrics import WEBHOOK_DEAD, WEBHOOK_OLDEST_SECONDS, WEBHOOK_PENDING
from shared.outcomes import TransientError

TAKE = 50  # messages read at once; what is sent for them (20 KB each at most) is in memory until it is
POLL_SECONDS = 1.0  # in which what an operator changed in Redis is seen
GRACE_SECONDS = 5.0  # for tries under way when the process is to leave, which has 9 s in all
THROTTLE_SECONDS = (1.0, 60.0)  # in which nothing is sent to a receiver that says that it has too much
_log = structlog.get_logger(__name__)


class Delivering:
    """One subscription's deliveries."""

    def __init__(
        self,
        subscription: Subscription,
        deliveries: Deliveries,
        index: Index,
        tries: Tries,
        *,
        limits: Limits,
        clock: Clock = system_clock,
    ) -> None:
        self._subscription, self._deliveries, self._index, self._tries = subscription, deliveries, index, tries
        self._limits, self._clock = limits, clock
        self._fresh: dict[str, bytes] = {}  # what is sent, of messages that were taken and not tried yet
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._behind, self._stopping, self._away = True, False, False
        # Full: there is no room to read on. Recovering: a try out of turn came through, so the others may too.
        self._full, self._recovering = False, False
        self._not_before = self._probe_at = 0.0
        self._looked_ms = 0
        self._failure: BaseException | None = None

    def notice(self) -> None:
        """Something has arrived."""
        self._behind = True
        self._wake.set()

    def stop(self) -> None:
        """Lets `run` return once what is under way has ended, or had time to."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Until it is stopped, or the receiver wants no more. Raises LeaseLostError."""
        try:
            while not self._stopping:
                self._wake.clear()
                seconds = await self._step()
                if self._failure is not None:
                    raise self._failure
                if seconds > 0 and not self._stopping:
                    await _set_within(self._wake, seconds)
        finally:
            await self._end()

    async def _step(self) -> float:
        """Seconds until there is something to do, if nothing happens before."""
        try:
            await self._take(await self._measured())
            await self._start_due()
            await self._probe()
            seconds = await self._until_next()
        except TransientError as exc:
            if not self._away:  # said once, not twice a second
                _log.warning("a subscription waits", subscription=self._subscription.name, error=str(exc))
            self._away = True
            return REDIS_AWAY_SECONDS
        self._away = False
        return seconds

    async def _measured(self) -> Load:
        load, name = await self._deliveries.load(), self._subscription.name
        WEBHOOK_PENDING.labels(name).set(load.pending)
        WEBHOOK_DEAD.labels(name).set(load.dead)
        oldest = 0.0 if load.oldest_ms is None else max(0.0, self._clock() - load.oldest_ms / 1000)
        WEBHOOK_OLDEST_SECONDS.labels(name).set(oldest)
        return load

    # -- reading ---------------------------------------------------------------------------------------------------

    async def _take(self, load: Load) -> None:
        """Reads on, as far as there is room, and makes what it finds pending."""
        room = self._limits.room(load)
        self._full = self._behind and room == 0
        if not self._behind or self._full or len(self._fresh) >= TAKE:
            return
        self._behind = False
        try:
            await self._take_page(min(room, TAKE))
        except TransientError:
            self._behind = True
            raise

    async def _take_page(self, limit: int) -> None:
        place = await self._deliveries.place()
        page, forgotten = await self._index.after(place, self._subscription.wanted, limit)
        self._behind = self._behind or not page.complete
        if page.reached == place:
            return
        found = [_pending(item.entry) for item in page.items]
        lost = None
        if forgotten:
            since = rfc3339(place.time_ms / 1000)
            reason = f"the cache let go of articles that arrived after {since} before they could be sent"
            _log.error("articles were lost to a subscription", subscription=self._subscription.name, since=since)
            lost = Dead(f"forgotten-{place.epoch}-{place.sequence}", reason, self._now_ms())
        added = await self._deliveries.take(page.reached, found, self._now_ms(), lost)
        for message, item in zip(found, page.items, strict=True):
            if message.id in added:
                self._fresh[message.id] = self._tries.payload(message, item.body)

    # -- sending ---------------------------------------------------------------------------------------------------

    async def _start_due(self) -> None:
        self._looked_ms = self._now_ms()
        if self._may_start():
            busy = frozenset(self._under_way)
            await self._start(await self._deliveries.due(self._looked_ms, self._limits.at_once), busy)

    async def _probe(self) -> None:
        """Tries what is not due where that may make room; what fails then does not count."""
        if not self._may_start() or not (self._full or self._recovering):
            return
        if not self._recovering and (self._under_way or self._clock() < self._probe_at):
            return
        self._probe_at = self._clock() + self._limits.probe_seconds
        busy = frozenset(self._under_way)
        chosen = await self._deliveries.some(self._limits.at_once if self._recovering else 1)
        self._recovering = self._recovering and bool(chosen)
        await self._start(chosen, busy, counts=False)

    def _may_start(self) -> bool:
        room = len(self._under_way) < self._limits.at_once
        return room and not self._stopping and self._clock() >= self._not_before

    async def _start(self, chosen: Sequence[str], busy: frozenset[str], *, counts: bool = True) -> None:
        """`busy`: under way before they were chosen, so that one whose try has ended since is not tried at once."""
        free = self._limits.at_once - len(self._under_way)
        idle = [message for message in chosen if message not in busy][:free]
        messages = await self._deliveries.pending(idle)
        removed = await self._index.removed([message.article for message in messages if not message.is_removal])
        for message in messages:
            if message.article in removed and not message.is_removal:
                work = self._drop(message)
            else:
                work = self._try(message, counts=counts)
            task = asyncio.create_task(work, name=message.id)
            self._under_way[message.id] = task
            task.add_done_callback(self._ended)

    async def _drop(self, message: Pending) -> None:
        self._fresh.pop(message.id, None)
        await self._tries.drop(message)

    async def _try(self, message: Pending, *, counts: bool) -> None:
        answer = await self._tries.once(message, self._fresh.pop(message.id, None), counts=counts)
        if answer is None:
            return
        if answer.throttle:
            least, most = THROTTLE_SECONDS
            self._not_before = self._clock() + min(max(answer.retry_after, least), most)
        self._stopping = self._stopping or answer.outcome == "gone"
        self._recovering = answer.outcome == "delivered" and (self._recovering or not counts)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task.get_name()]
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._failure = self._failure or failure
        self._wake.set()

    # -- time ------------------------------------------------------------------------------------------------------

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)

    async def _until_next(self) -> float:
        if self._behind and not self._full and len(self._fresh) < TAKE:
            return 0.0
        if not self._may_start():
            return POLL_SECONDS
        times = [self._clock() + POLL_SECONDS]
        if (at_ms := await self._deliveries.next_due(self._looked_ms)) is not None:
            times.append(at_ms / 1000)
        if self._full and not self._under_way:
            times.append(self._probe_at)
        return max(0.0, min(times) - self._clock())

    async def _end(self) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=GRACE_SECONDS)
        for task in list(self._under_way.values()):
            task.cancel()
        for gauge in (WEBHOOK_PENDING, WEBHOOK_DEAD, WEBHOOK_OLDEST_SECONDS):
            gauge.remove(self._subscription.name)


def _pending(entry: Entry) -> Pending:
    return Pending(entry.id, REMOVAL if entry.is_removal else entry.revision, entry.cursor.encode())


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
