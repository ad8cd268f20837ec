"""Redis as every service reaches it."""

from shared.redis.connection import ask, connect, waiting_on_redis

__all__ = ["ask", "connect", "waiting_on_redis"]
