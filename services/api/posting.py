"""`POST /v1/articles`: one article, an array, or JSON lines; answered when Kafka has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType

from services.api.access.record import Scope
from services.api.examples import posted_answer_example, posted_examples, posted_lines_example
from services.api.problems import FieldError, ProblemError, documented
from services.api.pushing import BadBodyError, Push, PushAnswer, Refusal, check, cut, item_of
from services.api.raw_topic import RawTopic
from shared.metrics import PUSHED
from shared.outcomes import Reason, TransientError

JSON_TYPES = frozenset({"application/json"})
LINE_TYPES = frozenset(
    {"application/x-ndjson", "application/jsonl", "application/x-jsonlines", "application/json-lines"}
)
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_EXPECTED = "expected application/json for one article or an array, application/x-ndjson for JSON lines"

# Here, so that both count from 0: a rate lacks what a series begins with.
_ACCEPTED, _REFUSED = PUSHED.labels("accepted"), PUSHED.labels("refused")

# Null means absent.
_TEXT = [OpenAPIType.STRING, OpenAPIType.NULL]


def _one_of_them(name: str) -> Schema:
    return Schema(required=[name], properties={name: Schema(type=OpenAPIType.STRING)})


_RAW_ARTICLE = Schema(
    type=OpenAPIType.OBJECT,
    required=["source"],
    any_of=[_one_of_them("text"), _one_of_them("html")],
    description="A raw article: `source`, and one of `text` and `html`; what the contract does not know is kept.",
    properties={
        "source": Schema(type=OpenAPIType.STRING, min_length=1, max_length=500, pattern=r"\S", example="Example Wire"),
        "text": Schema(type=_TEXT, example="Rain is expected in the north on Friday."),
        "html": Schema(type=_TEXT),
        "url": Schema(type=_TEXT, max_length=8000, example="https://wire.example/rain"),
        "external_id": Schema(type=_TEXT, max_length=2000),
        "title": Schema(type=_TEXT, example="Rain expected in the north"),
        "author": Schema(type=_TEXT),
        "published_at": Schema(type=_TEXT, max_length=1000, description="any notation"),
        "fetched_at": Schema(type=_TEXT, max_length=100, description="ISO 8601"),
        "language": Schema(type=_TEXT, max_length=100, description="a hint"),
        "tags": Schema(type=[OpenAPIType.ARRAY, OpenAPIType.NULL], items=Schema(type=OpenAPIType.STRING)),
        "metadata": Schema(
            type=[OpenAPIType.OBJECT, OpenAPIType.NULL], additional_properties=Schema(type=OpenAPIType.STRING)
        ),
    },
)


@dataclass
class PostOperation(Operation):
    """Tells the OpenAPI document of a body that the handler reads by itself."""

    def __post_init__(self) -> None:
        one_or_many = Schema(one_of=[_RAW_ARTICLE, Schema(type=OpenAPIType.ARRAY, items=_RAW_ARTICLE, min_items=1)])
        self.request_body = RequestBody(
            required=True,
            description="one article, an array of articles, or a line of JSON for each",
            content={
                "application/json": OpenAPIMediaType(schema=one_or_many, examples={**posted_examples()}),
                "application/x-ndjson": OpenAPIMediaType(
                    schema=Schema(type=OpenAPIType.STRING), examples={**posted_lines_example()}
                ),
            },
        )


@post(
    "/v1/articles",
    summary="Push articles",
    description=(
        "Answers when Kafka has every accepted article on all its in-sync replicas. Pushing the same article again is "
        "safe: it is known by its url (or external id) and source, and what did not change is not published twice."
    ),
    tags=["Writing"],
    status_code=202,
    opt={"scope": Scope.WRITE, "parameters": frozenset()},
    security=[{"key": []}],
    operation_class=PostOperation,
    responses={
        202: ResponseSpec(
            PushAnswer,
            description="at least one was accepted",
            generate_examples=False,
            examples=[posted_answer_example()],
        ),
        **documented(400, 413, 415, 422, 503),
    },
)
async def push_articles(request: Request[object, object, State], state: State) -> Response[bytes]:
    lines = _is_lines(request)
    try:
        parts = cut(await request.body(), lines=lines)
    except BadBodyError as exc:
        raise ProblemError(400, str(exc)) from exc
    results = list(check(parts))
    accepted = [result for result in results if isinstance(result, Push)]
    refused = [result for result in results if isinstance(result, Refusal)]
    if accepted:
        await _write(state.raw_topic, accepted, request.headers.get("traceparent", ""))
    _ACCEPTED.inc(len(accepted))
    _REFUSED.inc(len(refused))
    if not accepted:
        raise _nothing_accepted(refused)
    answer = PushAnswer(accepted=len(accepted), refused=len(refused), items=[item_of(result) for result in results])
    return Response(msgspec.json.encode(answer), status_code=202, media_type="application/json")


def _is_lines(request: Request[object, object, State]) -> bool:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if encoding := request.headers.get("content-encoding"):
        raise ProblemError(
            415, f"Content-Encoding {encoding[:40]!r}: expected none", headers={"Accept-Encoding": "identity"}
        )
    if given not in JSON_TYPES | LINE_TYPES:
        raise ProblemError(415, f"Content-Type {given[:80]!r}: {_EXPECTED}")
    return given in LINE_TYPES


async def _write(topic: RawTopic, pushes: Sequence[Push], traceparent: str) -> None:
    try:
        await topic.write(pushes, traceparent=traceparent if _TRACEPARENT.fullmatch(traceparent) else None)
    except TransientError as exc:
        raise ProblemError(
            503,
            "Kafka did not confirm the articles. Push all of them again: what was written already is not published "
            "twice.",
            headers={"Retry-After": "5"},
        ) from exc


def _nothing_accepted(refused: Sequence[Refusal]) -> ProblemError:
    reasons = {refusal.reason for refusal in refused}
    status = 413 if reasons == {Reason.TOO_LARGE} else 400 if reasons == {Reason.INVALID_JSON} else 422
    errors = [FieldError(name=str(refusal.index), detail=refusal.error) for refusal in refused]
    return ProblemError(
        status, "No article was accepted; `errors` says why, by place in what was posted.", errors=errors
    )
