"""Contracts to JSON bytes and back; what is wrong with an input is said by field, fault and expectation."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec
import orjson

from shared.contracts.articles import RawArticle
from shared.outcomes import PoisonError, Reason

S = TypeVar("S", bound=msgspec.Struct)

_RAW_FIELDS = frozenset(RawArticle.__struct_fields__)
_AT = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_MISSING = re.compile(r"Object missing required field `(?P<field>[^`]+)`")
_JSON_NAMES = {
    "`str | null`": "a string",
    "`str`": "a string",
    "`int`": "an integer",
    "`float`": "a number",
    "`bool`": "true or false",
    "`null`": "null",
    "`array`": "an array",
    "`object`": "an object",
}


def encode(article: msgspec.Struct) -> bytes:
    """JSON in UTF-8."""
    return orjson.dumps(msgspec.to_builtins(article))


def decode(value: bytes | None, contract: type[S]) -> S:
    """The article in the bytes. Raises PoisonError that names the field, what was wrong and what is expected."""
    return _convert(_parse(value), contract)


def decode_raw(value: bytes | None) -> RawArticle:
    """A raw article: null means absent, and fields that the contract does not know are kept under `extra`."""
    given = {name: part for name, part in _parse(value).items() if part is not None}
    unknown = {name: part for name, part in given.items() if name not in _RAW_FIELDS}
    known = {name: part for name, part in given.items() if name in _RAW_FIELDS}
    if unknown and isinstance(known.get("extra", {}), dict):
        known["extra"] = {**known.get("extra", {}), **unknown}
    article = _convert(known, RawArticle)
    if not article.source.strip():
        raise PoisonError(Reason.INVALID_ARTICLE, "source: is blank, expected the name of the outlet or feed")
    if article.text is None and article.html is None:
        raise PoisonError(Reason.INVALID_ARTICLE, "text, html: both are missing, expected one of them")
    _refuse_what_cannot_be_written_again(article)
    return article


def _parse(value: bytes | None) -> dict[str, Any]:
    if value is None:
        raise PoisonError(Reason.INVALID_JSON, "the message has no value, expected a JSON object in UTF-8")
    try:
        parsed = orjson.loads(value)
    except orjson.JSONDecodeError as exc:
        raise PoisonError(Reason.INVALID_JSON, f"not JSON in UTF-8: {exc}") from exc
    if not isinstance(parsed, dict):
        raise PoisonError(Reason.INVALID_JSON, f"the message is {_kind(parsed)}, expected a JSON object")
    return parsed


def _convert(parsed: dict[str, Any], contract: type[S]) -> S:
    try:
        return msgspec.convert(parsed, contract)
    except msgspec.ValidationError as exc:
        raise PoisonError(Reason.INVALID_ARTICLE, describe(exc)) from exc


def describe(error: msgspec.ValidationError) -> str:
    """One sentence: the field, what is expected, and what was there."""
    message = str(error)
    at = _AT.search(message)
    path = at["path"] if at else ""
    fault = _AT.sub("", message)
    if missing := _MISSING.search(fault):
        return f"{'.'.join(filter(None, [path, missing['field']]))}: is missing, expected a value"
    for name, plain in _JSON_NAMES.items():
        fault = fault.replace(name, plain)
    return f"{path or 'the message'}: {fault[:1].lower()}{fault[1:]}"


def _refuse_what_cannot_be_written_again(article: RawArticle) -> None:
    """JSON may be read nested deeper than it can be written, and only `extra` can be nested."""
    if not article.extra:
        return
    try:
        orjson.dumps({"extra": article.extra})
    except orjson.JSONEncodeError as exc:
        raise PoisonError(
            Reason.INVALID_ARTICLE, f"extra: {exc}, expected fields nested less than 250 levels deep"
        ) from exc


def _kind(parsed: object) -> str:
    match parsed:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case _:
            return "an array"
