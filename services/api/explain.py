"""`GET /v1/articles/{id}/explain`: why an article was judged as it was."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter

from services.api.problems import ProblemError, documented
from services.deduplicator.account import Account, account_of


@get(
    "/v1/articles/{article_id:str}/explain",
    summary="Why an article is a copy, an excerpt, an extension, or new",
    description=(
        "What was published of it, in a sentence; every candidate that the index holds now, with what the two share; "
        "the thresholds; and the group in order, the first one first. The index forgets sooner than the cache, and "
        "says so."
    ),
    tags=["Reading"],
    opt={"parameters": frozenset({"revision"})},
    responses={
        200: ResponseSpec(Account, description="the account", generate_examples=False),
        **documented(400, 404, 503),
    },
)
async def explain_article(
    state: State,
    article_id: Annotated[str, PathParameter(pattern="^[0-9a-f]{32}$", description="32 hex digits")],
    revision: Annotated[
        int | None, QueryParameter(description="by default the newest", ge=1, le=1_000_000, required=False)
    ] = None,
) -> Response[bytes]:
    account = await account_of(state.reader, state.index, article_id, revision)
    if account is None:
        which = "article" if revision is None else f"revision {revision} of article"
        raise ProblemError(404, f"Khabar holds no {which} {article_id}; it may have passed its retention.")
    headers = {"Cache-Control": "no-store"}  # tomorrow the index knows other candidates
    return Response(msgspec.json.encode(account), media_type="application/json", headers=headers)
