"""What a producer is told of an input that is wrong, and what is accepted."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts import RawArticle, decode_raw, encode
from shared.outcomes import PoisonError, Reason


@pytest.mark.parametrize(
    ("value", "reason", "told"),
    [
        (None, Reason.INVALID_JSON, "the message has no value, expected a JSON object in UTF-8"),
        (b"", Reason.INVALID_JSON, "not JSON in UTF-8"),
        (b"{", Reason.INVALID_JSON, "not JSON in UTF-8"),
        (b'{"source": "a", "text": "\xff"}', Reason.INVALID_JSON, "not JSON in UTF-8"),
        (b'{"source": "a", "text": "\\ud800"}', Reason.INVALID_JSON, "not JSON in UTF-8"),
        (b"[1]", Reason.INVALID_JSON, "the message is an array, expected a JSON object"),
        (b'"text"', Reason.INVALID_JSON, "the message is a string, expected a JSON object"),
        (b"true", Reason.INVALID_JSON, "the message is true or false, expected a JSON object"),
        (b'{"text": "a"}', Reason.INVALID_ARTICLE, "source: is missing, expected a value"),
        (b'{"source": null, "text": "a"}', Reason.INVALID_ARTICLE, "source: is missing, expected a value"),
        (b'{"source": " ", "text": "a"}', Reason.INVALID_ARTICLE, "source: is blank"),
        (b'{"source": 1, "text": "a"}', Reason.INVALID_ARTICLE, "source: expected a string, got an integer"),
        (b'{"source": "a"}', Reason.INVALID_ARTICLE, "text, html: both are missing, expected one of them"),
        (b'{"source": "a", "text": null}', Reason.INVALID_ARTICLE, "text, html: both are missing"),
        (b'{"source": "a", "text": "b", "tags": "c"}', Reason.INVALID_ARTICLE, "tags: expected an array, got a string"),
        (
            b'{"source": "a", "text": "b", "tags": ["c", 1]}',
            Reason.INVALID_ARTICLE,
            "tags[1]: expected a string, got an integer",
        ),
        (
            b'{"source": "a", "text": "b", "metadata": {"c": 1.5}}',
            Reason.INVALID_ARTICLE,
            "metadata[...]: expected a string, got a number",
        ),
    ],
)
def test_the_fault_is_named_with_its_field_and_what_is_expected(value: bytes | None, reason: Reason, told: str) -> None:
    with pytest.raises(PoisonError) as caught:
        decode_raw(value)

    assert caught.value.reason is reason
    assert caught.value.error.startswith(told)


def test_unknown_fields_are_kept_and_null_means_absent() -> None:
    article = decode_raw(b'{"source": "a", "text": "b", "tags": null, "section": {"x": [1]}, "extra": {"y": 2}}')

    assert article == RawArticle(source="a", text="b", extra={"y": 2, "section": {"x": [1]}})


@pytest.mark.parametrize("depth", [10, 240, 260, 900, 5_000])
def test_what_can_be_read_can_be_written_however_deep_it_is_nested(depth: int) -> None:
    value = b'{"source": "a", "text": "b", "deep": ' + b"[" * depth + b"]" * depth + b"}"
    article = _article_or_none(value)

    assert article is not None or depth > 240
    assert article is None or orjson.loads(encode(article))["extra"]["deep"] is not None


@given(st.binary())
def test_junk_is_refused_with_a_reason(value: bytes) -> None:
    assert _article_or_none(value) is None


def _article_or_none(value: bytes) -> RawArticle | None:
    """None for what is refused with an error that a producer can read."""
    try:
        return decode_raw(value)
    except PoisonError as exc:
        if not exc.error:
            raise
        return None


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
_fields = st.sampled_from(RawArticle.__struct_fields__)


@given(st.dictionaries(_fields | st.text(max_size=8), _json, max_size=8))
def test_any_json_object_gives_an_article_that_can_be_written_or_a_reason(fields: dict[str, object]) -> None:
    value = orjson.dumps(_encodable({"source": "a", "text": "b", **fields}))
    article = _article_or_none(value)

    assert article is None or orjson.loads(encode(article))["source"] == article.source


def _encodable(part: object) -> object:
    """Numbers and strings that JSON in UTF-8 has no notation for become ones that it has."""
    match part:
        case dict():
            return {str(_encodable(name)): _encodable(value) for name, value in part.items()}
        case list():
            return [_encodable(value) for value in part]
        case str():
            return part.encode("utf-8", "replace").decode()
        case int():
            return max(-(2**63), min(part, 2**63 - 1))
        case _:
            return part
