"""Which index is served: learnt anew with every read, so that a switch to a rebuilt one is seen by the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from services.cache.keys import Keys


class ServedIndex:
    """Reads keys of the index that is served; scripts find it by themselves."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis, self._prefix = redis, prefix
        self.keys = Keys(prefix)  # of the index that was served when it was last read

    async def read(self, ask: Callable[[Pipeline, Keys], object]) -> list[Any]:
        """What Redis answers to the commands that `ask` queues, in one round trip unless another index is served."""
        asked = self.keys
        while True:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.get(asked.serving)
                ask(pipe, asked)
                name, *answers = await pipe.execute()
            served = (name or b"").decode()
            # Compared with what this read has asked: another one may have learnt of a switch meanwhile.
            if served == asked.index:
                return answers
            self.keys = asked = Keys(self._prefix, served)
