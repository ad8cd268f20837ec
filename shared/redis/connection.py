"""One way to connect, and one answer to a Redis that is away: TransientError, so that the caller waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from redis.asyncio import BlockingConnectionPool, Connection, Redis, SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    ConnectionError,
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TimeoutError,
    TryAgainError,
)

from shared.outcomes import TransientError
from shared.settings import Settings

T = TypeVar("T")

CONNECTIONS = 32  # of one process: the default pool of 100 raises at once when it is full, this one waits
POOL_WAIT_SECONDS = 5.0
SOCKET_TIMEOUT_SECONDS = 10.0  # above the longest Lua call on a full batch, far below the session timeout

# What time mends. OutOfMemoryError too: an operator, or expiry, makes room, and nothing may be dropped meanwhile.
_AWAY = (
    ConnectionError,
    TimeoutError,
    BusyLoadingError,
    ReadOnlyError,
    ClusterDownError,
    MasterDownError,
    TryAgainError,
    OutOfMemoryError,
)

_TRANSPORT_CLOSED = "handler is closed"  # of a RuntimeError of uvloop's


class _OnUvloop(Connection):
    """Says that the other side has closed the connection as redis-py does; uvloop raises a RuntimeError."""

    async def send_packed_command(self, command: bytes | str | Iterable[bytes], check_health: bool = True) -> None:
        try:
            await super().send_packed_command(command, check_health)
        except RuntimeError as exc:
            if _TRANSPORT_CLOSED not in str(exc):
                raise
            raise ConnectionError(f"the connection was closed before a command was sent: {exc}") from exc


class _OnUvloopWithTLS(_OnUvloop, SSLConnection): ...


def connect(settings: Settings, *, connections: int = CONNECTIONS) -> Redis:
    """A client for this process. Retries are the caller's: it alone knows what may be sent twice."""
    options: dict[str, object] = {}
    if settings.redis_username:
        options["username"] = settings.redis_username
    if settings.redis_password:
        options["password"] = settings.redis_password.get_secret_value()
    if settings.redis_ca_file:
        options["ssl_ca_certs"] = str(settings.redis_ca_file)
    pool = BlockingConnectionPool.from_url(
        settings.redis_url.get_secret_value(),
        max_connections=connections,
        timeout=POOL_WAIT_SECONDS,
        socket_timeout=SOCKET_TIMEOUT_SECONDS,
        socket_connect_timeout=POOL_WAIT_SECONDS,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 0),
        **options,
    )
    pool.connection_class = _OnUvloopWithTLS if issubclass(pool.connection_class, SSLConnection) else _OnUvloop
    return Redis.from_pool(pool)  # owns the pool: aclose() closes its connections


async def ask(redis: Redis, call: Callable[[], Awaitable[T]]) -> T:
    """What Redis answers to what may be sent twice. Raises TransientError.

    After a restart of Redis every connection that was kept is dead: then all are closed, and it is asked once more.
    """
    with waiting_on_redis():
        try:
            return await call()
        except ConnectionError:
            await redis.connection_pool.disconnect(inuse_connections=False)
            return await call()


@contextmanager
def waiting_on_redis() -> Iterator[None]:
    """Turns a Redis that is away, loading, read-only or full into TransientError."""
    try:
        yield
    except _AWAY as exc:
        raise TransientError(f"Redis: {type(exc).__name__}: {exc}") from exc
    except ResponseError as exc:
        # Redis 6 wraps what a command inside a script answers, so that its own error class is lost.
        if "OOM command not allowed" in str(exc):
            raise TransientError(f"Redis is full: {exc}") from exc
        raise
