"""Redis as every service reaches it."""

from shared.redis.connection import connect, waiting_on_redis

__all__ = ["connect", "waiting_on_redis"]
