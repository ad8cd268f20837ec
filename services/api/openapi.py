"""What the OpenAPI document tells beyond what Litestar reads from the code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from litestar.openapi.spec import Example, OpenAPIMediaType, OpenAPIResponse, Operation, Parameter, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.openapi.spec.header import OpenAPIHeader
from litestar.openapi.spec.link import Link

from services.api.examples import CURSOR, article_example, page_example
from services.api.formats import cloudevents

_JSON = "application/json"
_TEXT = Schema(type=OpenAPIType.STRING)
_TAG = OpenAPIHeader(schema=_TEXT, description="send it as If-None-Match, and what has not changed is not sent again")
_NEXT = OpenAPIHeader(schema=_TEXT, description='the next page, as rel="next"; not on the last')
_CURSOR = OpenAPIHeader(schema=_TEXT, description=f"the cursor of the page, such as {CURSOR.encode()}")
_IF_NONE_MATCH = Parameter(
    name="If-None-Match",
    param_in="header",
    schema=_TEXT,
    description="ETags of what the client has: 304 where one is still right",
)
_ATTRIBUTES = ("specversion", "id", "source", "type", "time", "subject")
_OF_DATA = ("datacontenttype", "dataschema")
_EVENT = Schema(
    type=OpenAPIType.OBJECT,
    description=(
        "a CloudEvent whose `data` is the article; `id` is article id, a point, revision hash. Without `data`, of type "
        "khabar.removed.v1: the article that `subject` names is removed"
    ),
    required=[*_ATTRIBUTES],
    properties={**dict.fromkeys([*_ATTRIBUTES, *_OF_DATA], _TEXT), "data": Schema(type=OpenAPIType.OBJECT)},
)
_OF_AN_ARTICLE = ("one_article", "list_revisions", "list_copies", "explain_article")


@dataclass
class ApiOperation(Operation):
    """Any route: a parameter that may be left out is never null."""

    def __post_init__(self) -> None:
        for parameter in self.parameters or []:
            if isinstance(parameter, Parameter) and isinstance(parameter.schema, Schema):
                parameter.schema = _without_null(parameter.schema)


@dataclass
class ReadOperation(ApiOperation):
    """Reading what may not have changed."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.parameters = [*(self.parameters or []), _IF_NONE_MATCH]
        for status in ("200", "304"):
            _add_headers(self, status, {"ETag": _TAG})


@dataclass
class FeedOperation(ReadOperation):
    """The same, page by page."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for status in ("200", "304"):
            _add_headers(self, status, {"Link": _NEXT})


@dataclass
class ArticleOperation(ReadOperation):
    """One article in any format."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _add_events(self, cloudevents.MEDIA_TYPE, _EVENT, article_example("cloudevents"))


@dataclass
class PageOperation(FeedOperation):
    """A page of articles in any format; each leads to what is told of one article."""

    def __post_init__(self) -> None:
        super().__post_init__()
        batch = Schema(type=OpenAPIType.ARRAY, items=_EVENT)
        _add_events(self, cloudevents.BATCH_MEDIA_TYPE, batch, page_example("cloudevents"))
        for status in ("200", "304"):
            _add_headers(self, status, {"Khabar-Cursor": _CURSOR})
        _response(self, "200").links = {
            name: Link(operation_id=name, parameters={"article_id": "$response.body#/articles/0/id"})
            for name in _OF_AN_ARTICLE
        }


def _without_null(schema: Schema) -> Schema:
    if schema.enum:
        return replace(schema, type=OpenAPIType.STRING, enum=[value for value in schema.enum if value is not None])
    options = [option for option in schema.one_of or [] if isinstance(option, Schema)]
    kinds = [option.type for option in options if option.type != OpenAPIType.NULL]
    return replace(schema, one_of=None, type=kinds[0]) if len(kinds) == 1 else schema


def _add_events(operation: Operation, media_type: str, schema: Schema, example: Example) -> None:
    """A response of Litestar's has one media type; and what no article stands in fits more than one form."""
    response = _response(operation, "200")
    content = response.content or {}
    forms = content[_JSON].schema
    assert isinstance(forms, Schema)
    forms.any_of, forms.one_of = forms.one_of, None
    events = OpenAPIMediaType(schema=schema, examples={"cloudevents": example})
    response.content = {**content, media_type: events}


def _add_headers(operation: Operation, status: str, headers: Mapping[str, OpenAPIHeader]) -> None:
    response = _response(operation, status)
    response.headers = {**(response.headers or {}), **headers}


def _response(operation: Operation, status: str) -> OpenAPIResponse:
    response = (operation.responses or {})[status]
    assert isinstance(response, OpenAPIResponse)
    return response
