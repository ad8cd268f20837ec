"""`GET /v1/articles` and `GET /v1/articles/{id}`: stored bytes, answered as they were stored."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter

from services.api.conditional import answer, entity_tag, next_link, page_tag
from services.api.examples import article_example, page_example
from services.api.formats.writing import (
    ANY_ARTICLE,
    ANY_PAGE,
    MEDIA_TYPES,
    PAGE_MEDIA_TYPES,
    FormatAsked,
    written,
    written_page,
)
from services.api.openapi import ArticleOperation, PageOperation
from services.api.parameters import (
    DEFAULT_LIMIT,
    FILTER_NAMES,
    Before,
    Limit,
    RevisionsAsked,
    Since,
    cursor_of,
    query_of,
)
from services.api.problems import FieldError, ProblemError, documented
from services.cache.facets import Filter
from services.cache.reading import Page, Reader

PATH = "/v1/articles"
CURSOR = "Khabar-Cursor"  # the body's `cursor`, for formats that have no place for it


@get(
    PATH,
    summary="Articles by filter, newest first or in order of arrival",
    description=(
        "Without a cursor: the newest first. With `since`: what arrived after it, in order of arrival, which is the "
        "way to get everything: ask again with each answer's `cursor`; `removed` names what was taken back meanwhile. "
        "All filters that are given must hold. A page may hold fewer articles than `limit`, even none, and not be the "
        "last: the last has no `next`."
    ),
    tags=["Reading"],
    opt={"parameters": FILTER_NAMES | {"since", "before", "limit", "revisions", "format"}},
    operation_class=PageOperation,
    responses={
        200: ResponseSpec(
            ANY_PAGE,
            description="a page",
            generate_examples=False,
            examples=[page_example("khabar"), page_example("ninjs")],
        ),
        304: ResponseSpec(None, description="it is what If-None-Match names", generate_examples=False),
        **documented(400, 503),
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
    format: FormatAsked = "khabar",
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
        removals=arrival,
    )
    if arrival:
        cursor: str | None = page.reached.encode()
    else:
        cursor = page.newest.encode() if before is None else None
    following = None if page.complete else _next(request, "since" if arrival else "before", page)
    return answer(
        request,
        page_tag(format, page, following),
        lambda: written_page(format, page, cursor, following),
        media_type=PAGE_MEDIA_TYPES[format],
        headers={**({CURSOR: cursor} if cursor else {}), **next_link(following)},
    )


def _next(request: Request[object, object, State], name: str, page: Page) -> str:
    kept = [(key, value) for key, value in query_of(request) if key not in {"since", "before"}]
    return f"{PATH}?{urlencode([*kept, (name, page.reached.encode())])}"


@get(
    PATH + "/{article_id:str}",
    summary="One article",
    tags=["Reading"],
    opt={"parameters": frozenset({"revision", "format"})},
    operation_class=ArticleOperation,
    responses={
        200: ResponseSpec(
            ANY_ARTICLE,
            description="the article",
            generate_examples=False,
            examples=[article_example("khabar"), article_example("ninjs")],
        ),
        304: ResponseSpec(None, description="it is what If-None-Match names", generate_examples=False),
        **documented(400, 404, 503),
    },
)
async def one_article(
    request: Request[object, object, State],
    state: State,
    article_id: Annotated[str, PathParameter(pattern="^[0-9a-f]{32}$", description="32 hex digits")],
    revision: Annotated[
        int | None, QueryParameter(description="by default the newest", ge=1, le=1_000_000, required=False)
    ] = None,
    format: FormatAsked = "khabar",
) -> Response[bytes]:
    reader: Reader = state.reader
    body = await reader.article(article_id, revision)
    if body is None:
        which = "article" if revision is None else f"revision {revision} of article"
        raise ProblemError(404, f"Khabar holds no {which} {article_id}; it may have passed its retention.")
    return answer(
        request, entity_tag(format, body), lambda: written(format, body), media_type=MEDIA_TYPES[format], headers={}
    )
