from __future__ import annotations

import httpx
import pytest

from shared.contracts import Attribution, Published
from tests.articles import copy_of, enriched
from tests.integration.cache.arrivals import Arrivals

pytestmark = pytest.mark.integration


async def test_the_chain_tells_who_published_first_who_copied_and_who_added(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    first = enriched("first", source="Harbour Herald", title="First")
    copied = enriched(
        "copy",
        source="Plain Post",
        title="Copied",
        duplicate=copy_of(first),
        published=Published(at="2026-01-28T00:00:00Z", precision="day", method="text"),
        attribution=[Attribution(kind="syndication", outlet="Harbour Herald", evidence="From the Harbour Herald.")],
    )
    added = enriched(
        "added",
        source="Long Letter",
        duplicate=copy_of(first, relation="extension"),
        published=Published(at="2026-01-29T08:00:00Z", precision="minute", method="producer"),
    )
    await arrivals.apply(first, copied, added, enriched("other"))
    for asked in (first, copied, added):
        answer = await client.get(f"/v1/articles/{asked.id}/copies")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        copies = answer.json()
        assert (copies["id"], copies["group"]) == (asked.id, first.id)
        assert [member["id"] for member in copies["members"]] == [first.id, copied.id, added.id]
    of_first, of_copy, of_added = copies["members"]
    assert "names it as where it comes from" in of_first["because"]
    assert of_copy["credits"] == [first.id]
    assert of_copy["taken"] == [{"of": first.id, "relation": "copy", "containment": 0.97, "contained": 0.92}]
    assert [taken["relation"] for taken in of_added["taken"]] == ["extension"]
    assert of_copy["published"]["precision"] == "day"
    tag = answer.headers["etag"]
    again = await client.get(f"/v1/articles/{added.id}/copies", headers={"If-None-Match": tag})
    assert again.status_code == 304


async def test_an_article_that_nothing_repeats_is_its_own_chain_and_one_that_is_not_held_a_problem(
    client: httpx.AsyncClient, arrivals: Arrivals
) -> None:
    path = f"/v1/articles/{enriched('a').id}/copies"
    assert (await client.get(path)).status_code == 404
    await arrivals.apply(enriched("a"))
    (member,) = (await client.get(path)).json()["members"]
    assert (member["id"], member["taken"]) == (enriched("a").id, [])
    assert (await client.get(f"{path}?limit=1")).status_code == 400
