"""What can be asked in a query, with every limit in the schema, so that clients learn them there."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from litestar.openapi.spec import Example, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import QueryParameter

from services.api.problems import FieldError, ProblemError
from services.cache.cursor import MAX_CURSOR_CHARACTERS, START, BadCursorError, Cursor, decode_cursor
from services.cache.facets import Duplicates, Filter
from services.cache.reading import Revisions
from shared.contracts import TopicSlug

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
OLDEST = "0"
CURSOR_FORMAT = "khabar-cursor"  # no pattern can say all that makes a cursor
CURSOR_PATTERN = "^[A-Za-z0-9_-]+$"
_MOMENT_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2}))?$"
)
_MOMENT_FORMATS = [
    Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.DATE),
    Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.DATE_TIME),
]
_DATE_CHARACTERS = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

Language = Annotated[
    str | None,
    QueryParameter(
        description="ISO 639 code, as in `language.code`",
        pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}$",
        examples=[Example(value="ar")],
    ),
]
Topic = Annotated[
    TopicSlug | None,
    QueryParameter(description="slug of an IPTC Media Topic, as in `topics[].slug`", examples=[Example(value="pol")]),
]
Country = Annotated[
    str | None,
    QueryParameter(description="ISO 3166-1 alpha-2", pattern="^[A-Za-z]{2}$", examples=[Example(value="LB")]),
]
Source = Annotated[
    str | None,
    QueryParameter(
        description="the outlet; case, marks and spacing do not matter",
        min_length=1,
        max_length=500,
        examples=[Example(value="Example Wire")],
    ),
]
Group = Annotated[
    str | None,
    QueryParameter(description="articles that repeat each other, as in `duplicate.group`", pattern="^[0-9a-f]{32}$"),
]
PublishedFrom = Annotated[
    str | None,
    QueryParameter(
        description="published then or later: a date, or a moment (RFC 3339)",
        pattern=_MOMENT_PATTERN,
        schema_extra={"any_of": _MOMENT_FORMATS},
        examples=[Example(value="2026-01-28")],
    ),
]
PublishedTo = Annotated[
    str | None,
    QueryParameter(
        description="published then or earlier; a date takes in the whole day in UTC",
        pattern=_MOMENT_PATTERN,
        schema_extra={"any_of": _MOMENT_FORMATS},
        examples=[Example(value="2026-01-28T12:00:00Z")],
    ),
]
DuplicatesAsked = Annotated[
    Duplicates,
    QueryParameter(description="articles whose `duplicate` is not null: shown, hidden, or nothing but these"),
]
RevisionsAsked = Annotated[
    Revisions | None,
    QueryParameter(
        description="all, or only the newest of each article; by default the newest, but all after `since`",
        required=False,
    ),
]
Limit = Annotated[int, QueryParameter(description="articles on one page", ge=1, le=MAX_LIMIT)]
Since = Annotated[
    str | None,
    QueryParameter(
        description="a cursor: what arrived after it, in order of arrival; 0 begins with the oldest that is kept",
        pattern=CURSOR_PATTERN,
        format=CURSOR_FORMAT,
        min_length=1,
        max_length=MAX_CURSOR_CHARACTERS,
        examples=[Example(value=OLDEST)],
    ),
]
Before = Annotated[
    str | None,
    QueryParameter(
        description="a cursor: what arrived before it, newest first",
        pattern=CURSOR_PATTERN,
        format=CURSOR_FORMAT,
        min_length=1,
        max_length=MAX_CURSOR_CHARACTERS,
    ),
]
Order = Literal["arrival", "newest"]


async def provide_filter(
    language: Language = None,
    topic: Topic = None,
    country: Country = None,
    source: Source = None,
    group: Group = None,
    duplicates: DuplicatesAsked = "show",
    published_from: PublishedFrom = None,
    published_to: PublishedTo = None,
) -> Filter:
    """The filter that the query gives. Raises ProblemError (400)."""
    return Filter(
        language=language,
        topic=topic,
        country=country,
        source=source,
        group=group,
        duplicates=duplicates,
        published_from_ms=published_ms("published_from", published_from, end=False),
        published_to_ms=published_ms("published_to", published_to, end=True),
    )


def published_ms(name: str, text: str | None, *, end: bool) -> int | None:
    """Epoch milliseconds: of a moment, or of the first or last one of a day. Raises ProblemError (400)."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as exc:
        detail = f"{text!r} is no date or moment that there is; expected such as 2026-01-28 or 2026-01-28T12:00:00Z"
        raise ProblemError(
            400, "The request is not valid; `errors` says where.", errors=[FieldError(name=name, detail=detail)]
        ) from exc
    if len(text) > _DATE_CHARACTERS:
        return (at - _EPOCH) // _MILLISECOND
    first = (at.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND
    return first + timedelta(days=1) // _MILLISECOND - 1 if end else first


# Read as if it was not given, where the type is no text: what was asked for with it would be answered with everything.
_NEVER_NULL = ("topic", "revisions", "revision")
FILTER_NAMES = frozenset(
    {"language", "topic", "country", "source", "group", "duplicates", "published_from", "published_to"}
)


def query_of(request: Request[Any, Any, Any]) -> list[tuple[str, str]]:
    """What was asked, in its order: Litestar's own list comes in another each time the process starts."""
    return parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)


def cursor_of(name: str, text: str | None) -> Cursor | None:
    """The cursor that the parameter of that name gives. Raises ProblemError (400)."""
    if text is None:
        return None
    if text == OLDEST:
        return START
    try:
        return decode_cursor(text)
    except BadCursorError as exc:
        raise ProblemError(
            400, "The request is not valid; `errors` says where.", errors=[FieldError(name=name, detail=str(exc))]
        ) from exc


async def only_known_parameters(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard: refuses what would be ignored, because a misspelt filter would answer with everything.

    Asynchronous, like all that stands before every handler: Litestar hands what is not to a thread, 0.2 ms each.
    """
    known = handler.opt.get("parameters")
    if not isinstance(known, frozenset):
        return
    given = Counter(name for name, _ in connection.query_params.multi_items())
    errors = [
        FieldError(name=name[:100], detail=f"is no parameter; there are {', '.join(sorted(known))}")
        for name in given
        if name not in known
    ]
    errors += [
        FieldError(name=name[:100], detail="is given more than once") for name, count in given.items() if count > 1
    ]
    errors += [
        FieldError(name=name, detail="null is no value of it; leave it out")
        for name in _NEVER_NULL
        if connection.query_params.get(name, "").lower() == "null"
    ]
    if errors:
        raise ProblemError(400, "The request is not valid; `errors` says where.", errors=errors)
