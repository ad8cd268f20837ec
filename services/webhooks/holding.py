"""Which subscriptions this process delivers: those whose lease it could take, each for as long as it keeps it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from services.cache.cursor import START, Cursor
from services.webhooks.delivering import Delivering
from services.webhooks.index import Index
from services.webhooks.leases import LeaseLostError, Leases
from services.webhooks.subscription import Subscription
from services.webhooks.subscriptions import Subscriptions
from shared.clock import Clock, system_clock
from shared.metrics import WEBHOOK_SUBSCRIPTIONS
from shared.outcomes import TransientError

LOOK_SECONDS = 2.0  # in which an added, changed, enabled or orphaned subscription is seen
INDEX_SECONDS = 0.25  # in which an arrived article is seen; one cheap read for all subscriptions
AFTER_FAILURE_SECONDS = 10.0  # until a subscription is tried again whose delivering has failed, a defect of Khabar's
_log = structlog.get_logger(__name__)

Tell = Callable[[str, str | None], None]
"""What is needed, and why it is not as it must be, or None."""

Deliver = Callable[[Subscription, int], Delivering]
"""What delivers a subscription under the lease of that number."""


@dataclass(frozen=True, slots=True)
class _Held:
    subscription: Subscription
    delivering: Delivering
    task: asyncio.Task[None]


class Holding:
    """Takes leases, delivers, and gives them up."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        leases: Leases,
        index: Index,
        deliver: Deliver,
        *,
        look_seconds: float = LOOK_SECONDS,
        clock: Clock = system_clock,
    ) -> None:
        self._subscriptions, self._leases, self._index, self._deliver = subscriptions, leases, index, deliver
        self._look_seconds, self._clock = look_seconds, clock
        self._held: dict[str, _Held] = {}
        self._not_before: dict[str, float] = {}
        self._newest: Cursor = START

    async def look(self) -> None:
        """Takes what nobody delivers, and lets go of what was removed, disabled or changed. Raises TransientError."""
        # Before reading: one that ends after that may have been disabled by what ended it.
        self._held = {name: held for name, held in self._held.items() if not held.task.done()}
        known = {subscription.name: subscription for subscription in await self._subscriptions.all()}
        disabled = await self._subscriptions.disabled() if known else {}
        wanted = {name: subscription for name, subscription in known.items() if name not in disabled}
        WEBHOOK_SUBSCRIPTIONS.labels("enabled").set(len(wanted))
        WEBHOOK_SUBSCRIPTIONS.labels("disabled").set(len(known) - len(wanted))
        for name, held in self._held.items():
            if wanted.get(name) != held.subscription:
                held.delivering.stop()
        for name, subscription in wanted.items():
            if name not in self._held and self._clock() >= self._not_before.get(name, 0.0):
                await self._acquire(subscription)

    async def notice(self) -> None:
        """Wakes every delivery where something has arrived. Raises TransientError."""
        if not self._held:
            return
        newest = await self._index.newest()
        if newest != self._newest:
            self._newest = newest
            for held in self._held.values():
                held.delivering.notice()

    async def run(self, stop: asyncio.Event, tell: Tell) -> None:
        """Until it is told to stop; says each time what keeps it from its work."""
        until_look = 0.0
        while not stop.is_set():
            try:
                if until_look <= 0:
                    await self.look()
                    until_look = self._look_seconds
                await self.notice()
            except TransientError as exc:
                tell("Redis", str(exc))
            else:
                tell("Redis", None)
            tell("deliveries", self._failing())
            until_look -= INDEX_SECONDS
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), INDEX_SECONDS)
        await self.close()

    async def close(self) -> None:
        """Ends what is delivered here, and gives the leases up."""
        for held in self._held.values():
            held.delivering.stop()
        await asyncio.gather(*(held.task for held in self._held.values()))

    def _failing(self) -> str | None:
        names = [name for name, until in self._not_before.items() if self._clock() < until]
        return f"failed for {', '.join(names)}, see the log" if names else None

    async def _acquire(self, subscription: Subscription) -> None:
        number = await self._leases.acquire(subscription.name)
        if number is None:
            return
        delivering = self._deliver(subscription, number)
        task = asyncio.create_task(self._hold(subscription.name, number, delivering), name=subscription.name)
        self._held[subscription.name] = _Held(subscription, delivering, task)

    async def _hold(self, name: str, number: int, delivering: Delivering) -> None:
        _log.info("delivering", subscription=name, lease=number)
        renewing = asyncio.create_task(self._renew(name, number, delivering))
        try:
            await delivering.run()
        except LeaseLostError:
            _log.warning("another process delivers, or nobody any more", subscription=name, lease=number)
        except Exception as exc:  # one subscription's defect must not stop the others; the log says which
            self._not_before[name] = self._clock() + AFTER_FAILURE_SECONDS
            _log.error("delivering has failed", subscription=name, exc_info=exc)
        finally:
            renewing.cancel()
            await self._release(name, number)

    async def _renew(self, name: str, number: int, delivering: Delivering) -> None:
        while True:
            await asyncio.sleep(self._leases.renew_seconds)
            try:
                await self._leases.renew(name, number)
            except TransientError as exc:
                _log.warning("a lease could not be renewed", subscription=name, error=str(exc))
            except LeaseLostError:
                delivering.stop()
                return

    async def _release(self, name: str, number: int) -> None:
        try:
            await self._leases.release(name, number)
        except TransientError as exc:
            _log.warning("a lease could not be given up and will run out", subscription=name, error=str(exc))
