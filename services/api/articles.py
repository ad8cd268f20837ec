"""`GET /v1/articles` and `GET /v1/articles/{id}`: stored bytes, answered as they were stored."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter

from services.api.parameters import (
    DEFAULT_LIMIT,
    FILTER_NAMES,
    Before,
    Limit,
    RevisionsAsked,
    Since,
    cursor_of,
)
from services.api.problems import MEDIA_TYPE, FieldError, Problem, ProblemError
from services.cache.facets import Filter
from services.cache.reading import Page, Reader
from shared.contracts import EnrichedArticle

PATH = "/v1/articles"


class ArticlePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of articles."""

    articles: list[EnrichedArticle]
    cursor: Annotated[
        str | None,
        msgspec.Meta(
            description="give it as `since`, here or to the stream, for what arrives next; null on later pages"
        ),
    ]
    next: Annotated[str | None, msgspec.Meta(description="where the next page is; null on the last")]
    resumed: Annotated[
        bool,
        msgspec.Meta(description="the cursor was of an earlier index: some articles may come again, none is left out"),
    ]


_PROBLEMS = {
    400: ResponseSpec(Problem, description="a parameter is not valid", media_type=MEDIA_TYPE),
    503: ResponseSpec(Problem, description="Redis is away", media_type=MEDIA_TYPE),
}


@get(
    PATH,
    summary="Articles by filter, newest first or in order of arrival",
    description=(
        "Without a cursor: the newest first. With `since`: what arrived after it, in order of arrival, which is the "
        "way to get everything: ask again with each answer's `cursor`. All filters that are given must hold. A page "
        "may hold fewer articles than `limit`, even none, and not be the last: the last has no `next`."
    ),
    tags=["Reading"],
    opt={"parameters": FILTER_NAMES | {"since", "before", "limit", "revisions"}},
    responses={
        200: ResponseSpec(ArticlePage, description="a page", generate_examples=False),
        304: ResponseSpec(None, description="it is what If-None-Match names", generate_examples=False),
        **_PROBLEMS,
    },
)
async def list_articles(
    request: Request[object, object, State],
    state: State,
    wanted: NamedDependency[Filter],
    since: Since = None,
    before: Before = None,
    limit: Limit = DEFAULT_LIMIT,
    revisions: RevisionsAsked = None,
) -> Response[bytes]:
    if since is not None and before is not None:
        raise ProblemError(
            400,
            "The request is not valid; `errors` says where.",
            errors=[FieldError(name="before", detail="cannot be given together with since")],
        )
    reader: Reader = state.reader
    arrival = since is not None
    page = await reader.page(
        wanted,
        order="arrival" if arrival else "newest",
        cursor=cursor_of("since", since) or cursor_of("before", before),
        limit=limit,
        revisions=revisions or ("all" if arrival else "latest"),
    )
    if arrival:
        cursor: str | None = page.reached.encode()
    else:
        cursor = page.newest.encode() if before is None else None
    following = None if page.complete else _next(request, "since" if arrival else "before", page)
    return _conditional(request, page_json(page, cursor, following), link=following)


def _next(request: Request[object, object, State], name: str, page: Page) -> str:
    kept = [(key, value) for key, value in request.query_params.multi_items() if key not in {"since", "before"}]
    return f"{PATH}?{urlencode([*kept, (name, page.reached.encode())])}"


def page_json(page: Page, cursor: str | None, following: str | None) -> bytes:
    """An ArticlePage around the stored bytes."""
    return b'{"articles":[%s],"cursor":%s,"next":%s,"resumed":%s}' % (
        b",".join([item.body for item in page.items]),
        msgspec.json.encode(cursor),
        msgspec.json.encode(following),
        msgspec.json.encode(page.resumed),
    )


@get(
    PATH + "/{article_id:str}",
    summary="One article",
    tags=["Reading"],
    opt={"parameters": frozenset({"revision"})},
    responses={
        200: ResponseSpec(EnrichedArticle, description="the article", generate_examples=False),
        304: ResponseSpec(None, description="it is what If-None-Match names", generate_examples=False),
        404: ResponseSpec(Problem, description="not held, or no longer", media_type=MEDIA_TYPE),
        **_PROBLEMS,
    },
)
async def one_article(
    request: Request[object, object, State],
    state: State,
    article_id: Annotated[str, PathParameter(pattern="^[0-9a-f]{32}$", description="32 hex digits")],
    revision: Annotated[
        int | None, QueryParameter(description="by default the newest", ge=1, le=1_000_000, required=False)
    ] = None,
) -> Response[bytes]:
    reader: Reader = state.reader
    body = await reader.article(article_id, revision)
    if body is None:
        which = "article" if revision is None else f"revision {revision} of article"
        raise ProblemError(404, f"Khabar holds no {which} {article_id}; it may have passed its retention.")
    return _conditional(request, body)


def _conditional(request: Request[object, object, State], body: bytes, *, link: str | None = None) -> Response[bytes]:
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if link:
        headers["Link"] = f'<{link}>; rel="next"'
    if tag in _tags(request.headers.getall("if-none-match", [])):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _tags(headers: Sequence[str]) -> list[str]:
    """Compared weakly, as RFC 9110 wants it for If-None-Match."""
    return [tag.strip().removeprefix("W/") for header in headers for tag in header.split(",")]
