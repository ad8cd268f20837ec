"""Readers of the api by stream, by cursor and by feed, who leave at random and come back, and what each has got."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

Revision = tuple[str, int]
"""Id of an article, number of a revision."""

PAGE_ARTICLES = 200
FEED_ITEMS = 100
POLL_SECONDS = 2.0
FEED_SECONDS = 8.0
AWAY_SECONDS = 0.2  # before asking again where nobody answered
LONGEST_VISIT = 400  # articles, after which a reader of the stream has left
_ID, _NUMBER = re.compile(rb'"id":"([0-9a-f]{32})"'), re.compile(rb'"revision":\{"number":(\d+)')


@dataclass(slots=True)
class Got:
    """What one reader has got."""

    kind: str
    revisions: set[Revision] = field(default_factory=set)
    resumed: int = 0  # how often it was told that articles may come again
    told_repeats: int = 0
    untold_repeats: int = 0  # which there must not be

    def take(self, revision: Revision) -> None:
        """One more."""
        if revision not in self.revisions:
            self.revisions.add(revision)
        elif self.resumed:
            self.told_repeats += 1
        else:
            self.untold_repeats += 1


async def read_stream(session: aiohttp.ClientSession, pages: Sequence[str], chance: random.Random, got: Got) -> None:
    """Server-sent events; leaves after a random number of articles, and comes back with the id it holds."""
    last_id = b""
    while True:
        stay = chance.randint(1, LONGEST_VISIT)
        headers = {"Last-Event-ID": last_id.decode()} if last_id else {}
        url = f"{chance.choice(pages)}/v1/stream" + ("" if last_id else "?since=0")
        try:
            async with session.get(url, headers=headers) as answer:
                if answer.status != 200:
                    await asyncio.sleep(AWAY_SECONDS)
                    continue
                async for frame in _frames(answer):
                    if frame.startswith(b"event: resumed"):
                        got.resumed += 1
                    elif match := _ID.search(frame):
                        got.take((match[1].decode(), _number(frame)))
                        stay -= 1
                    if place := re.search(rb"^id: (.+)$", frame, re.MULTILINE):
                        last_id = place[1]
                    if not stay:
                        break
        except (aiohttp.ClientError, TimeoutError, OSError):
            await asyncio.sleep(AWAY_SECONDS)


async def poll(session: aiohttp.ClientSession, pages: Sequence[str], chance: random.Random, got: Got) -> None:
    """Asks again and again for what came after its cursor."""
    cursor, limit = "0", str(PAGE_ARTICLES)
    while True:
        url = f"{chance.choice(pages)}/v1/articles"
        page = await _json(session, url, {"since": cursor, "limit": limit, "revisions": "all"})
        if page is None:
            await asyncio.sleep(AWAY_SECONDS)
            continue
        got.resumed += page["resumed"]
        for article in page["articles"]:
            got.take((article["id"], article["revision"]["number"]))
        cursor = page["cursor"] or cursor
        if page["next"] is None:
            await asyncio.sleep(POLL_SECONDS * chance.random())


async def follow_feed(session: aiohttp.ClientSession, pages: Sequence[str], chance: random.Random, got: Got) -> None:
    """Reads a feed and its older pages, until one has nothing but what was known before the walk began.

    To the end where the walk before was cut off.
    """
    cut_off = False
    while True:
        url: str | None = f"{chance.choice(pages)}/v1/feed.json?limit={FEED_ITEMS}"
        to_the_end, cut_off = cut_off, False
        known = set(got.revisions)
        while url:
            page = await _json(session, url, {})
            if page is None:
                cut_off = True
                break
            items = {(item["id"].rpartition(":")[2], item["_khabar"]["revision"]) for item in page["items"]}
            got.revisions |= items
            url = page.get("next_url") if to_the_end or not items <= known else None
        await asyncio.sleep(FEED_SECONDS * chance.random())


async def _json(session: aiohttp.ClientSession, url: str, query: dict[str, str]) -> dict[str, Any] | None:
    """The answer; None where there was none, or another than 200: the process died, or waits for Redis."""
    try:
        async with session.get(url, params=query) as answer:
            if answer.status != 200:
                assert answer.status == 503, await answer.text()
                return None
            page: dict[str, Any] = orjson.loads(await answer.read())
            return page
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None


async def _frames(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """Whole events; what is cut off at the end was not got."""
    rest = b""
    async for chunk in answer.content.iter_any():
        *frames, rest = (rest + chunk).split(b"\n\n")
        for frame in frames:
            yield frame


def _number(frame: bytes) -> int:
    match = _NUMBER.search(frame)
    assert match
    return int(match[1])
