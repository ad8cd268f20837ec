from __future__ import annotations

from typing import Any

import httpx
import pytest

from services.api.history import REVISIONS_LISTED
from shared.contracts import EnrichedArticle, Revision
from tests.articles import enriched
from tests.integration.cache.arrivals import Arrivals

pytestmark = pytest.mark.integration


def version(number: int, text: str, *, title: str = "Rain expected", **fields: Any) -> EnrichedArticle:
    """The same article, as it was at that time."""
    article = enriched("a", number=number, title=title, text=text)
    revision = Revision(
        number=number,
        hash=article.revision.hash,
        previous="0" * 16 if number > 1 else None,
        changed=["text"] if number > 1 else [],
    )
    return enriched("a", number=number, title=title, text=text, revision=revision, **fields)


async def revisions(client: httpx.AsyncClient) -> Any:
    answer = await client.get(f"/v1/articles/{enriched('a').id}/revisions")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    return answer.json()


async def test_each_revision_tells_what_it_changed(client: httpx.AsyncClient, arrivals: Arrivals) -> None:
    await arrivals.apply(version(1, "Rain is expected.\nRoads may close."))
    await arrivals.apply(version(2, "Rain is expected.\nRoads will close.", title="Rain certain"))
    history = await revisions(client)
    newest, first = history["revisions"]
    assert (newest["number"], first["number"], first["changes"], history["complete"]) == (2, 1, None, True)
    assert newest["previous"] == "0" * 16
    assert newest["changed"] == ["text"]
    assert newest["changes"]["since"] == 1
    assert newest["changes"]["text"] == [
        {
            "old": 0,
            "new": 0,
            "parts": [
                {"kind": "kept", "text": "Rain is expected.\nRoads "},
                {"kind": "deleted", "text": "may"},
                {"kind": "inserted", "text": "will"},
                {"kind": "kept", "text": " close."},
            ],
        }
    ]
    assert [part["text"] for part in newest["changes"]["title"][0]["parts"]] == ["Rain ", "expected", "certain"]


async def test_a_revision_without_the_one_before_it_is_compared_with_none(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    await arrivals.apply(version(3, "Rain."))
    history = await revisions(client)
    assert ([listed["number"] for listed in history["revisions"]], history["complete"]) == ([3], False)
    assert history["revisions"][0]["changes"] is None


@pytest.mark.parametrize(("count", "complete"), [(REVISIONS_LISTED, True), (REVISIONS_LISTED + 1, False)])
async def test_no_more_than_the_newest_are_listed(
    client: httpx.AsyncClient, arrivals: Arrivals, count: int, complete: bool
) -> None:
    for number in range(1, count + 1):
        await arrivals.apply(version(number, f"Version {number}."))
    history = await revisions(client)
    numbers = [listed["number"] for listed in history["revisions"]]
    assert numbers == list(range(count, count - REVISIONS_LISTED, -1))
    assert history["complete"] is complete
    assert (history["revisions"][-1]["changes"] is None) is complete


async def test_an_article_that_is_not_held_is_a_problem_and_one_that_is_known_is_not_sent_again(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    path = f"/v1/articles/{enriched('a').id}/revisions"
    assert (await client.get(path)).status_code == 404
    await arrivals.apply(version(1, "Rain."))
    tag = (await client.get(path)).headers["etag"]
    assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 304
    await arrivals.apply(version(2, "Snow."))
    assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 200
    assert (await client.get(f"{path}?revision=1")).status_code == 400
    assert (await client.get("/v1/articles/nonsense/revisions")).status_code == 400
