"""The OpenAPI document tells of webhooks what is really sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from litestar.openapi.spec import Schema

from services.api.webhook_messages import ARTICLE_MESSAGE, MESSAGES, REMOVAL_MESSAGE
from services.cache.cursor import Cursor
from services.webhooks.payload import payload, removal_payload
from services.webhooks.signing import new_secret, signed_headers
from shared.contracts import encode
from tests.articles import enriched

PLACE = Cursor("0a1b2c3d", 7, 1_790_000_000_000)
ARTICLE = enriched(text="أمطار في الشمال")
LARGE = enriched(text="x" * 30_000)


@pytest.mark.parametrize(
    ("schema", "body"),
    [
        (ARTICLE_MESSAGE, payload(ARTICLE.id, 1, PLACE, encode(ARTICLE))),
        (ARTICLE_MESSAGE, payload(LARGE.id, 1, PLACE, encode(LARGE))),
        (REMOVAL_MESSAGE, removal_payload(ARTICLE.id, PLACE)),
    ],
    ids=["whole", "with fields left out", "removed"],
)
def test_each_message_is_as_the_document_says(schema: Schema, body: bytes) -> None:
    message = orjson.loads(body)
    Draft202012Validator(schema.to_schema()).validate(message)
    assert message.keys() == (schema.properties or {}).keys()
    assert message["type"] in MESSAGES


def test_its_headers_are_those_that_are_sent() -> None:
    sent = signed_headers([new_secret()], "id", 1_790_000_000, b"{}")
    for item in MESSAGES.values():
        told: Mapping[str, Any] = item.to_schema()["post"]
        assert {parameter["name"] for parameter in told["parameters"]} == sent.keys()
