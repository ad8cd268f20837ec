"""`GET /v1/articles/{id}/revisions`: how the article came to be what it is, with what each version changed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter

from services.api.articles import PATH
from services.api.conditional import answer, entity_tag
from services.api.copies import list_copies
from services.api.openapi import ReadOperation
from services.api.problems import ProblemError, documented
from services.cache.cursor import START
from services.cache.reading import PAGE_BYTES, Entry, Reader
from shared.contracts import EnrichedArticle, Published
from shared.text.word_diff import Hunk, changes

REVISIONS_LISTED = 20
_ARTICLE = msgspec.json.Decoder(EnrichedArticle)


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What the revision changed in what people read."""

    since: Annotated[int, msgspec.Meta(description="number of the revision that it is compared with")]
    title: tuple[Hunk, ...]
    text: tuple[Hunk, ...]


class RevisionListed(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the article."""

    number: int
    hash: str
    previous: Annotated[str | None, msgspec.Meta(description="hash of the version before it")]
    changed: Annotated[list[str], msgspec.Meta(description="names of the fields that differ from the version before")]
    published: Published
    fetched_at: str
    enriched_at: str | None
    changes: Annotated[
        Changes | None, msgspec.Meta(description="null for the first that Khabar holds: there is nothing to compare")
    ]


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The article's revisions, the newest first."""

    id: str
    language: Annotated[str, msgspec.Meta(description="of the newest revision, as `language.code`")]
    direction: str
    revisions: list[RevisionListed]
    complete: Annotated[
        bool,
        msgspec.Meta(description="whether these are all that there were; older ones may have passed their retention"),
    ]


@get(
    PATH + "/{article_id:str}/revisions",
    summary="The revisions of one article, with what each changed",
    description=(
        f"The newest {REVISIONS_LISTED} that Khabar holds, the newest first. Title and text are compared word by word, "
        "character by character where a script has no spaces. A hunk is a change with a little of what stands around "
        "it; `old` and `new` are where it begins in either text, in Unicode code points. Put in place of what is kept "
        "and deleted what is kept and inserted, and the old text is the new one."
    ),
    tags=["Reading"],
    opt={"parameters": frozenset[str]()},
    operation_class=ReadOperation,
    responses={
        200: ResponseSpec(History, description="the revisions", generate_examples=False),
        304: ResponseSpec(None, description="it is what If-None-Match names", generate_examples=False),
        **documented(400, 404, 503),
    },
)
async def list_revisions(
    request: Request[object, object, State],
    state: State,
    article_id: Annotated[str, PathParameter(pattern="^[0-9a-f]{32}$", description="32 hex digits")],
) -> Response[bytes]:
    history = await history_of(state.reader, article_id)
    if history is None:
        raise ProblemError(404, f"Khabar holds no article {article_id}; it may have passed its retention.")
    body = msgspec.json.encode(history)
    return answer(request, entity_tag("revisions", body), lambda: body, media_type="application/json", headers={})


async def history_of(reader: Reader, article_id: str) -> History | None:
    """The article's revisions; None where the cache does not hold it. Raises TransientError while Redis is away."""
    body = await reader.article(article_id)
    if body is None:
        return None
    versions = [_ARTICLE.decode(body)]
    newest, size = versions[0].revision.number, len(body)
    # One more than is listed: the oldest that is listed is compared with it.
    numbers = range(newest - 1, max(0, newest - 1 - REVISIONS_LISTED), -1)
    for item in await reader.bodies([Entry(article_id, number, START, ()) for number in numbers]):
        size += len(item.body)
        if size > PAGE_BYTES:
            break
        versions.append(_ARTICLE.decode(item.body))
    return await asyncio.to_thread(history, versions)


def history(versions: Sequence[EnrichedArticle]) -> History:
    """What changed from version to version; the newest comes first."""
    listed = [_listed(version, _changes(before, version)) for version, before in pairwise(versions)]
    listed = [*listed, _listed(versions[-1], None)][:REVISIONS_LISTED]
    newest = versions[0]
    return History(
        id=newest.id,
        language=newest.language.code,
        direction=newest.language.direction,
        revisions=listed,
        complete=listed[-1].number == 1 and len(listed) == newest.revision.number,
    )


def _listed(version: EnrichedArticle, compared: Changes | None) -> RevisionListed:
    return RevisionListed(
        number=version.revision.number,
        hash=version.revision.hash,
        previous=version.revision.previous,
        changed=version.revision.changed,
        published=version.published,
        fetched_at=version.fetched_at,
        enriched_at=version.pipeline.enriched_at,
        changes=compared,
    )


def _changes(before: EnrichedArticle, after: EnrichedArticle) -> Changes:
    return Changes(
        since=before.revision.number,
        title=changes(before.title, after.title),
        text=changes(before.text, after.text),
    )


HISTORY = (list_revisions, list_copies)  # what became of an article
