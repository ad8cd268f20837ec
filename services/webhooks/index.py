"""What a subscription reads: the cache's index in order of arrival, and whether it has let go of something before."""

from __future__ import annotations

from collections.abc import Sequence

from redis.asyncio import Redis

from services.cache.cursor import Cursor
from services.cache.facets import Filter
from services.cache.reading import Page, Reader
from services.cache.served import ServedIndex
from shared.redis import waiting_on_redis
from shared.settings import Settings


class Index:
    """Every method raises TransientError while Redis is away."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._reader, self._served = Reader(redis, settings), ServedIndex(redis, settings.key_prefix)

    async def newest(self) -> Cursor:
        """The place of the newest entry."""
        return await self._reader.newest()

    async def after(self, place: Cursor, wanted: Filter, limit: int) -> tuple[Page, bool]:
        """Every revision and removal after the place, and whether some may be missing that the cache has forgotten."""
        page = await self._reader.page(
            wanted, order="arrival", cursor=place, limit=limit, revisions="all", removals=True
        )
        # A reader from the start asked for what is kept, whatever was before.
        return page, bool(place.epoch) and await self._forgot(place, resumed=page.resumed)

    async def _forgot(self, place: Cursor, *, resumed: bool) -> bool:
        """Whether the place itself is no longer held: by its number, and by its time where another epoch counts."""
        with waiting_on_redis():
            (pruned,) = await self._served.read(lambda pipe, keys: pipe.hget(keys.state, "pruned"))
            first = int(pruned or 0) + 1
            if not resumed:
                return first > place.sequence + 1
            (oldest,) = await self._served.read(lambda pipe, keys: pipe.xrange(keys.stream, f"{first}-0", "+", count=1))
        return bool(oldest) and int(oldest[0][1][b"t"]) > place.time_ms

    async def removed(self, articles: Sequence[str]) -> frozenset[str]:
        """Those that nobody may be sent any more."""
        return await self._reader.removed(articles)

    async def body(self, article: str, revision: int) -> bytes | None:
        """The JSON of one revision; None where the cache no longer holds it."""
        return await self._reader.article(article, revision)
