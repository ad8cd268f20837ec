"""What a subscription reads: the cache's index in order of arrival, and whether it has let go of something before."""

from __future__ import annotations

from redis.asyncio import Redis

from services.cache.cursor import Cursor
from services.cache.facets import Filter
from services.cache.keys import Keys
from services.cache.reading import Page, Reader
from shared.redis import waiting_on_redis
from shared.settings import Settings


class Index:
    """Every method raises TransientError while Redis is away."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis, self._reader = redis, Reader(redis, settings)
        self._state = Keys(settings.key_prefix).state

    async def newest(self) -> Cursor:
        """The place of the newest entry."""
        return await self._reader.newest()

    async def after(self, place: Cursor, wanted: Filter, limit: int) -> tuple[Page, bool]:
        """Every revision that came after the place, and whether some may be missing that the cache has forgotten."""
        page = await self._reader.page(wanted, order="arrival", cursor=place, limit=limit, revisions="all")
        with waiting_on_redis():
            pruned = await self._redis.hget(self._state, "pruned")
        # A reader from the start asked for what is kept, whatever was before.
        return page, bool(place.epoch) and int(pruned or 0) > place.sequence

    async def body(self, article: str, revision: int) -> bytes | None:
        """The JSON of one revision; None where the cache no longer holds it."""
        return await self._reader.article(article, revision)
