"""A Redis that goes away while a connection to it is open, on the loop that services run on."""

from __future__ import annotations

import asyncio

import pytest
import uvloop

from shared.outcomes import TransientError
from shared.redis import connect, waiting_on_redis
from shared.settings import load_settings

pytestmark = pytest.mark.integration


def test_a_connection_that_closes_before_the_command_is_waited_for(redis_url: str) -> None:
    """Between connecting and the first command, say: then nobody has read yet that the other side has gone."""

    async def ask() -> None:
        redis = connect(load_settings({"KHABAR_REDIS_URL": redis_url}))
        connection = await redis.connection_pool.get_connection()  # type: ignore[no-untyped-call]
        connection._writer.transport.abort()
        await asyncio.sleep(0)
        try:
            with waiting_on_redis():
                await connection.send_command("PING")
        finally:
            await redis.connection_pool.release(connection)
            await redis.aclose()

    with pytest.raises(TransientError, match="closed before"):
        uvloop.run(ask())
