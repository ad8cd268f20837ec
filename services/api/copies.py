"""`GET /v1/articles/{id}/copies`: the chain of its story, who published first, who copied, who added."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter

from services.api.articles import PATH
from services.api.conditional import answer, entity_tag
from services.api.openapi import ReadOperation
from services.api.page.clusters import group_of
from services.api.problems import ProblemError, documented
from services.cache.reading import MEMBERS, Reader
from services.deduplicator.chain import Link, chain
from shared.contracts import EnrichedArticle, Published, Relation
from shared.contracts.articles import ArticleId, Direction, Share

_ARTICLE = msgspec.json.Decoder(EnrichedArticle)


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What an article has from one that was published before it."""

    of: ArticleId
    relation: Relation
    containment: Annotated[Share, msgspec.Meta(description="the share of the other that is found here")]
    contained: Annotated[Share, msgspec.Meta(description="the share of this one that is found in the other")]


class ChainMember(msgspec.Struct, frozen=True, kw_only=True):
    """An article of the story in its place."""

    id: ArticleId
    source: str
    url: str | None
    title: str
    language: str
    direction: Direction
    published: Published
    revision: Annotated[int, msgspec.Meta(description="number of its newest revision")]
    because: Annotated[str, msgspec.Meta(description="why it stands before the next one")]
    credits: Annotated[list[ArticleId], msgspec.Meta(description="members that its text names as where it comes from")]
    taken: Annotated[list[Taken], msgspec.Meta(description="empty for the first, and for what took nothing")]


class Copies(msgspec.Struct, frozen=True, kw_only=True):
    """The story that the article is part of, from the first to publish on; the article alone where none repeats it."""

    id: ArticleId
    group: ArticleId
    members: list[ChainMember]


@get(
    PATH + "/{article_id:str}/copies",
    summary="The chain of one story: who published first, who copied, who added",
    description=(
        f"The articles that repeat each other, the first {MEMBERS} that arrived, in the order in which they were "
        "published as far as that is known: by whom the texts themselves name, then by times of publication, each as "
        "exactly as it is known, then by arrival."
    ),
    tags=["Reading"],
    opt={"parameters": frozenset[str]()},
    operation_class=ReadOperation,
    responses={
        200: ResponseSpec(Copies, description="the chain", generate_examples=False),
        304: ResponseSpec(None, description="it is what If-None-Match names", generate_examples=False),
        **documented(400, 404, 503),
    },
)
async def list_copies(
    request: Request[object, object, State],
    state: State,
    article_id: Annotated[str, PathParameter(pattern="^[0-9a-f]{32}$", description="32 hex digits")],
) -> Response[bytes]:
    reader: Reader = state.reader
    found = await reader.article(article_id)
    if found is None:
        raise ProblemError(404, f"Khabar holds no article {article_id}; it may have passed its retention.")
    article = _ARTICLE.decode(found)
    links = await chain_of(reader, article)
    copies = Copies(id=article.id, group=group_of(article), members=[_member(link) for link in links])
    body = msgspec.json.encode(copies)
    return answer(request, entity_tag("copies", body), lambda: body, media_type="application/json", headers={})


async def chain_of(reader: Reader, article: EnrichedArticle) -> tuple[Link, ...]:
    """The story of the article, from the first to publish on. Raises TransientError while Redis is away."""
    members = {item.entry.id: item.body for item in await reader.members(group_of(article))}
    if article.id not in members:
        return await asyncio.to_thread(chain, [article])
    return await asyncio.to_thread(chain, [_ARTICLE.decode(body) for body in members.values()])


def _member(link: Link) -> ChainMember:
    article = link.article
    return ChainMember(
        id=article.id,
        source=article.source,
        url=article.url,
        title=article.title,
        language=article.language.code,
        direction=article.language.direction,
        published=article.published,
        revision=article.revision.number,
        because=link.because,
        credits=list(link.credits),
        taken=[
            Taken(of=tie.of, relation=tie.relation, containment=tie.containment, contained=tie.contained)
            for tie in link.ties
        ],
    )
