"""One try of one message, and what is kept of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import msgspec
import structlog

from services.cache.body import pack, unpack
from services.webhooks.deliveries import Deliveries
from services.webhooks.entries import Dead, Pending
from services.webhooks.index import Index
from services.webhooks.payload import payload, removal_payload
from services.webhooks.schedule import Random, Schedule
from services.webhooks.sending import Answer, Sender
from services.webhooks.subscription import Subscription
from shared.clock import Clock, system_clock
from shared.metrics import WEBHOOK_TRIES
from shared.outcomes import TransientError

REDIS_AWAY_SECONDS = 0.5  # until it is tried again
FORGOTTEN = "the cache no longer holds the article"
_log = structlog.get_logger(__name__)


class Tries:
    """Tries the messages of one subscription. Raises LeaseLostError where somebody else delivers it by now."""

    def __init__(
        self,
        subscription: Subscription,
        deliveries: Deliveries,
        index: Index,
        sender: Sender,
        *,
        schedule: Schedule,
        api_url: str = "",
        clock: Clock = system_clock,
        chance: Random = random.random,
    ) -> None:
        self._subscription, self._deliveries, self._index, self._sender = subscription, deliveries, index, sender
        self._schedule, self._api_url, self._clock, self._chance = schedule, api_url, clock, chance

    def payload(self, message: Pending, body: bytes) -> bytes:
        """What is sent; `body`: the article's JSON, where it is not removed."""
        if message.is_removal:
            return removal_payload(message.article, message.place)
        return payload(message.article, message.revision, message.place, body, api_url=self._api_url)

    async def once(self, message: Pending, fresh: bytes | None = None, *, counts: bool = True) -> Answer | None:
        """Sends it; None where that could not be tried. `counts`: whether a failure brings it nearer to being given up.

        `fresh` is what to send, where it is at hand.
        """
        body = fresh or await self._body(message)
        if body is None:
            return None
        secrets = self._subscription.secrets_at(self._now_ms())
        answer = await self._sender.send(self._subscription.url, secrets, message.id, body)
        self._count(answer.outcome)
        match answer.outcome:
            case "delivered":
                await self._keep(lambda: self._deliveries.delivered(message))
            case "gone":
                await self._disable(message, answer.reason)
            case "failed" if counts:
                await self._failed(message, body, answer)
        return answer

    async def _body(self, message: Pending) -> bytes | None:
        """What is sent of a message that has waited; None where Redis is away, or nothing is to be sent any more."""
        if message.is_removal:
            return self.payload(message, b"")
        if message.packed:
            return unpack(message.packed)
        try:
            kept = await self._index.body(message.article, message.revision)
        except TransientError:
            return None
        if kept is None:
            await self._give_up(message, FORGOTTEN)
            return None
        return self.payload(message, kept)

    async def drop(self, message: Pending) -> None:
        """Sends nothing: its article was removed meanwhile, which another message tells."""
        self._count("removed")
        _log.info("not sent: the article was removed", subscription=self._subscription.name, message=message.id)
        await self._keep(lambda: self._deliveries.delivered(message))

    async def _failed(self, message: Pending, body: bytes, answer: Answer) -> None:
        tries = message.tries + 1
        packed = message.packed or pack(body)  # the cache may have forgotten the article by the next try
        failed = msgspec.structs.replace(message, tries=tries, reason=answer.reason, packed=packed)
        delay = self._schedule.delay(tries, self._chance, at_least=answer.retry_after)
        if delay is None:
            await self._give_up(failed, answer.reason)
            return
        at_ms = self._now_ms() + delay * 1000
        _log.info(
            "a try failed",
            subscription=self._subscription.name,
            message=message.id,
            tries=tries,
            reason=answer.reason,
            again_in_seconds=round(delay, 1),
        )
        await self._keep(lambda: self._deliveries.again(failed, at_ms))

    async def _give_up(self, message: Pending, reason: str) -> None:
        self._count("dead")
        _log.warning("given up", subscription=self._subscription.name, message=message.id, reason=reason)
        letter = Dead(message.id, reason, self._now_ms(), message)
        await self._keep(lambda: self._deliveries.give_up(letter))

    async def _disable(self, message: Pending, reason: str) -> None:
        _log.warning("a subscription is disabled", subscription=self._subscription.name, reason=reason)
        now = self._now_ms()
        await self._keep(lambda: self._deliveries.again(message, now, disabled=reason))

    async def _keep(self, change: Callable[[], Awaitable[None]]) -> None:
        """Keeps what came of a try, however long Redis is away: forgotten, the message would be sent again."""
        while True:
            try:
                return await change()
            except TransientError:
                await asyncio.sleep(REDIS_AWAY_SECONDS)

    def _count(self, outcome: str) -> None:
        WEBHOOK_TRIES.labels(self._subscription.name, outcome).inc()

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)
