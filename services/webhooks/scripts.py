"""The Lua scripts, loaded with the package."""

from __future__ import annotations

from pathlib import Path

from redis.asyncio import Redis
from redis.commands.core import AsyncScript


def script(redis: Redis, name: str) -> AsyncScript:
    """The script of that name, ready to be called."""
    return redis.register_script(Path(__file__).with_name(f"{name}.lua").read_text("utf-8"))
