"""The messages of webhooks as the OpenAPI document tells them; `services/webhooks` sends them."""

from __future__ import annotations

from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, Parameter, PathItem, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from services.api.examples import CURSOR
from services.cache.events import REMOVED_TYPE
from shared.topics import ENRICHED

_TEXT = Schema(type=OpenAPIType.STRING)
_ID = Schema(type=OpenAPIType.STRING, pattern="^[0-9a-f]{32}$")
_HEADERS = {
    "webhook-id": "the same for every try: a receiver drops what it has seen",
    "webhook-timestamp": "epoch seconds of this try; refuse what is more than five minutes off",
    "webhook-signature": "`v1,` and the Base64 of an HMAC-SHA256 by Standard Webhooks 1.0, one for each secret in use",
}
_ARTICLE = Schema(
    type=OpenAPIType.OBJECT,
    required=["schema", "id", "revision"],
    properties={"schema": Schema(const=ENRICHED.event_type), "id": _ID, "revision": Schema(type=OpenAPIType.OBJECT)},
    description="the enriched event, but for the fields that `omitted` names",
)
_REMOVAL = Schema(type=OpenAPIType.OBJECT, required=["id"], properties={"id": _ID})
_LINK = {"link": Schema(type=OpenAPIType.STRING, description="where the whole article is, in this revision")}


def _message(event_type: str, data: Schema, more: dict[str, Schema]) -> Schema:
    properties = {
        "type": Schema(const=event_type),
        "timestamp": Schema(
            type=OpenAPIType.STRING, format=OpenAPIFormat.DATE_TIME, description="when it arrived in the cache"
        ),
        "cursor": Schema(type=OpenAPIType.STRING, description=f"its place for `since`, such as {CURSOR.encode()}"),
        "omitted": Schema(
            type=OpenAPIType.ARRAY,
            items=_TEXT,
            description="fields left out: a message has 20,000 bytes at most",
        ),
        "data": data,
        **more,
    }
    return Schema(type=OpenAPIType.OBJECT, required=[*properties], properties={**properties})


ARTICLE_MESSAGE = _message(ENRICHED.event_type, _ARTICLE, _LINK)
REMOVAL_MESSAGE = _message(REMOVED_TYPE, _REMOVAL, {})


def _sent(schema: Schema, summary: str) -> PathItem:
    return PathItem(
        post=Operation(
            summary=summary,
            parameters=[
                Parameter(name=name, param_in="header", required=True, schema=_TEXT, description=description)
                for name, description in _HEADERS.items()
            ],
            request_body=RequestBody({"application/json": OpenAPIMediaType(schema=schema)}, required=True),
            responses={
                "2XX": OpenAPIResponse(description="delivered, where it comes within 20 s"),
                "410": OpenAPIResponse(description="disables the subscription"),
                "default": OpenAPIResponse(description="tried again, ten times in 75 hours"),
            },
        )
    )


MESSAGES: dict[str, PathItem] = {
    ENRICHED.event_type: _sent(ARTICLE_MESSAGE, "A revision of an article that matches the subscription."),
    REMOVED_TYPE: _sent(REMOVAL_MESSAGE, "An article that matches is removed, with every revision up to then."),
}
"""What `khabar serve webhooks` posts to subscribers, by the type of the event."""
