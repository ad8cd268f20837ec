"""The Lua scripts, loaded with the package; Redis is given their text where it does not know them yet."""

from __future__ import annotations

from pathlib import Path

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

_FOLDER = Path(__file__).parent


def script(redis: Redis, name: str) -> AsyncScript:
    """The script of that name, ready to be called."""
    return redis.register_script("".join((_FOLDER / f"{part}.lua").read_text("utf-8") for part in ("layout", name)))
