"""Every error as problem details (RFC 9457): what was wrong, where, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec
import structlog
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import (
    HTTPException,
    InternalServerException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example

from services.api.methods import methods_at
from services.api.page.query import BadQueryError
from shared.outcomes import TransientError

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
_log = structlog.get_logger(__name__)


class FieldError(msgspec.Struct, frozen=True, kw_only=True):
    """What was wrong with one parameter or one item."""

    name: str
    detail: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Problem details; `type` is about:blank, so `title` is what the status says."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


# What the OpenAPI document says of each status, with an example.
_DOCUMENTED: Mapping[int, tuple[str, str, Sequence[FieldError]]] = {
    400: (
        "the request is not valid",
        "The request is not valid; `errors` says where.",
        [FieldError(name="limit", detail="Expected `int` <= 200")],
    ),
    401: ("a key is needed, or it is not good", "There is no such key, or it was revoked or has ended.", []),
    403: (
        "the key is not for this",
        "The key desk is not for this: expected one with the scope write.",
        [],
    ),
    404: ("not held, or no longer", f"Khabar holds no article {'0' * 32}; it may have passed its retention.", []),
    413: ("too large", "Request Entity Too Large", []),
    415: (
        "not JSON by its Content-Type",
        "Content-Type 'text/csv': expected application/json for one article or an array, application/x-ndjson for "
        "JSON lines",
        [],
    ),
    422: (
        "no article was accepted",
        "No article was accepted; `errors` says why, by place in what was posted.",
        [FieldError(name="0", detail="text, html: both are missing, expected one of them")],
    ),
    429: ("too many requests, or open streams", "More than 1,200 requests in a minute: the next may come in 1 s.", []),
    503: ("what this needs is away", "What this needs is away at the moment; try again in some seconds.", []),
}


# Of the guard, which stands before every route.
_ACCESS = (401, 403, 429)


def documented(*statuses: int) -> dict[int, ResponseSpec]:
    """The errors of a route, for the OpenAPI document."""
    return {status: _documented(status, *_DOCUMENTED[status]) for status in sorted({*statuses, *_ACCESS})}


def _documented(status: int, description: str, detail: str, errors: Sequence[FieldError]) -> ResponseSpec:
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors))
    return ResponseSpec(
        Problem,
        description=description,
        media_type=MEDIA_TYPE,
        generate_examples=False,
        examples=[Example(value=msgspec.to_builtins(problem))],
    )


class ProblemError(HTTPException):
    """An error that a handler answers with."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail=detail, status_code=status, headers=dict(headers or {}))
        self.errors = list(errors)


def respond(
    status: int, detail: str, *, errors: Sequence[FieldError] = (), headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    """The answer."""
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors))
    return Response(
        msgspec.json.encode(problem), status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def problem_of(request: Request[object, object, State], error: Exception) -> Response[bytes]:
    """The answer to whatever a handler, or the router before it, raised."""
    match error:
        case TransientError():
            _log.warning("answered 503", path=request.scope["path"], error=str(error))
            return respond(
                503,
                "What this needs is away at the moment; try again in some seconds.",
                headers={"Retry-After": str(RETRY_SECONDS)},
            )
        case BadQueryError():
            return respond(400, f"The address asks for a {error} that there is not.")
        case ProblemError():
            return respond(error.status_code, error.detail, errors=error.errors, headers=error.headers)
        case ValidationException():
            return respond(400, "The request is not valid; `errors` says where.", errors=_field_errors(error))
        case NotFoundException():
            return respond(404, f"There is nothing at {request.scope['path']}; /schema lists what there is.")
        case MethodNotAllowedException():
            allowed = ", ".join(methods_at(request))
            return respond(
                405,
                f"{request.method[:20]} is not possible at {request.scope['path']}; expected {allowed}.",
                headers={"Allow": allowed},
            )
        case HTTPException() if error.status_code < 500:
            return respond(error.status_code, error.detail, headers=error.headers)
        case InternalServerException(detail="client disconnected prematurely"):
            return respond(400, "The body ended before it was whole.")
        case _:
            _log.error("answered 500", path=request.scope["path"], exc_info=error)
            return respond(500, "Khabar failed on this request; the log of the api says why.")


def _field_errors(error: ValidationException) -> list[FieldError]:
    found = error.extra if isinstance(error.extra, list) else []
    errors = [
        FieldError(name=str(part.get("key", "")), detail=str(part.get("message", "")))
        for part in found
        if isinstance(part, dict)
    ]
    return errors or [FieldError(name="", detail=error.detail)]
