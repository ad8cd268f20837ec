"""Kills, stops and restarts at random moments, and the supervisor that starts again what died."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from deploy.local.process import Server
from tests.servers.services import Service

RESTART_SECONDS = 0.3  # as a supervisor would


@dataclass(frozen=True, slots=True)
class Fault:
    """What was done, to what, and when (monotonic seconds) it was over."""

    what: str
    at: float


@dataclass(frozen=True, slots=True)
class Plan:
    """How many faults of each kind, and the pause between them."""

    kills: int
    stops: int
    stop_seconds: float
    pause_seconds: float
    redis: bool = True
    kafka: bool = True


@dataclass(slots=True)
class Chaos:
    """Does the plan's faults in a random order that the seed decides."""

    plan: Plan
    services: Sequence[Service]
    redis: Server
    kafka: Server
    seed: int
    done: list[Fault] = field(default_factory=list)
    _stopped: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Returns when the last fault is over."""
        for fault in self._order():
            await asyncio.sleep(self.plan.pause_seconds)
            await fault()

    async def supervise(self) -> None:
        """Starts whatever has died, until cancelled."""
        while True:
            for service in self.services:
                if not service.server.is_running and service.server.name not in self._stopped:
                    service.server.launch()
            await asyncio.sleep(RESTART_SECONDS)

    def _order(self) -> list[Callable[[], Awaitable[None]]]:
        chance = random.Random(self.seed)
        once_each = chance.sample(list(self.services), len(self.services))
        victims = (once_each * (1 + self.plan.kills // len(once_each)))[: self.plan.kills]
        faults: list[Callable[[], Awaitable[None]]] = [partial(self._kill, service) for service in victims]
        agents = [service for service in self.services if service.name != "api"]
        faults += [partial(self._stop, chance.choice(agents)) for _ in range(self.plan.stops)]
        if self.plan.redis:
            faults.append(partial(self._kill_and_start, "Redis", self.redis))
        if self.plan.kafka:
            faults.append(partial(self._kill_and_start, "Kafka", self.kafka))
        chance.shuffle(faults)
        return faults

    async def _kill(self, service: Service) -> None:
        if service.server.is_running:
            service.server.kill()
        self._note(f"kill -9 {service.server.name}")

    async def _stop(self, service: Service) -> None:
        """Longer than the session: its partitions go to others, and it wakes as a zombie."""
        service.server.pause()
        self._note(f"SIGSTOP {service.server.name}")
        await asyncio.sleep(self.plan.stop_seconds)
        service.server.resume()
        self._note(f"SIGCONT {service.server.name}")

    async def _kill_and_start(self, name: str, server: Server) -> None:
        server.kill()
        self._note(f"kill -9 {name}")
        await asyncio.to_thread(server.start)
        self._note(f"{name} answers again")

    def _note(self, what: str) -> None:
        self.done.append(Fault(what, time.monotonic()))
