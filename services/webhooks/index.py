"""What a subscription reads: the cache's index in order of arrival, and whether it has let go of something before."""

from __future__ import annotations

from redis.asyncio import Redis

from services.cache.cursor import Cursor
from services.cache.facets import Filter
from services.cache.reading import Page, Reader
from shared.settings import Settings


class Index:
    """Every method raises TransientError while Redis is away."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._reader = Reader(redis, settings)

    async def newest(self) -> Cursor:
        """The place of the newest entry."""
        return await self._reader.newest()

    async def after(self, place: Cursor, wanted: Filter, limit: int) -> tuple[Page, bool]:
        """Every revision that came after the place, and whether some may be missing that the cache has forgotten."""
        page = await self._reader.page(wanted, order="arrival", cursor=place, limit=limit, revisions="all")
        # A reader from the start asked for what is kept, whatever was before.
        return page, bool(place.epoch) and page.forgotten > place.sequence

    async def body(self, article: str, revision: int) -> bytes | None:
        """The JSON of one revision; None where the cache no longer holds it."""
        return await self._reader.article(article, revision)
