"""What is posted, cut into articles, each checked and made ready for Kafka: pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from shared.contracts import RawArticle, decode_raw
from shared.identity import article_id
from shared.outcomes import PoisonError, Reason
from shared.text.urls import canonical_url
from shared.topics import RAW

MAX_ARTICLES = 5_000  # in one request; with the limit of bytes it bounds what a request can hold
# What Kafka adds to a record: headers, key, and the batch around it.
RECORD_OVERHEAD_BYTES = 16 << 10


class BadBodyError(Exception):
    """The body as a whole is not what can be posted; the text says what is expected."""


@dataclass(frozen=True, slots=True)
class Push:
    """An article that was accepted, and what Kafka gets."""

    index: int
    article: RawArticle
    value: bytes
    key: bytes | None
    id: str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An article that was not accepted."""

    index: int
    reason: Reason
    error: str


class PushedItem(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one posted article."""

    index: Annotated[int, msgspec.Meta(ge=0, description="its place in what was posted")]
    status: Literal["accepted", "refused"]
    id: Annotated[
        str | None,
        msgspec.Meta(description="of the article; null where it is decided only by cleaning: `note` says so"),
    ] = None
    note: str | None = None
    reason: Annotated[str | None, msgspec.Meta(description="why it was refused, in one word")] = None
    error: Annotated[str | None, msgspec.Meta(description="the field, what was wrong, what is expected")] = None


class PushAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of everything posted."""

    accepted: int
    refused: int
    items: list[PushedItem]


_RAWS = msgspec.json.Decoder(list[msgspec.Raw])


def cut(body: bytes, *, lines: bool) -> list[bytes]:
    """The articles' own bytes. Raises BadBodyError."""
    start = body.lstrip()[:1]
    if lines:
        parts = _lines(body)
    elif start == b"[":
        parts = _array(body)
    elif start:
        parts = [body]
    else:
        parts = []
    if not parts:
        raise BadBodyError("nothing was posted; expected an article as a JSON object, or several")
    if len(parts) > MAX_ARTICLES:
        raise BadBodyError(f"{len(parts):,} articles were posted; expected {MAX_ARTICLES:,} at most in one request")
    return parts


def _lines(body: bytes) -> list[bytes]:
    return [line for line in body.split(b"\n") if line.strip()]


def _array(body: bytes) -> list[bytes]:
    try:
        return [bytes(part) for part in _RAWS.decode(body)]
    except msgspec.DecodeError as exc:
        raise BadBodyError(f"not a JSON array in UTF-8: {exc}") from exc
    except RecursionError as exc:
        raise BadBodyError("not a JSON array of articles: nested too deep") from exc


def check(parts: list[bytes]) -> Iterator[Push | Refusal]:
    """Each article: accepted, or refused with the reason."""
    for index, value in enumerate(parts):
        if len(value) > RAW.max_record_bytes - RECORD_OVERHEAD_BYTES:
            yield Refusal(index, Reason.TOO_LARGE, too_large(len(value)))
            continue
        try:
            article = decode_raw(value)
        except PoisonError as exc:
            yield Refusal(index, exc.reason, exc.error)
        else:
            yield _push(index, value, article)


def too_large(size: int) -> str:
    """The sentence for an article that does not fit the topic."""
    limit = RAW.max_record_bytes - RECORD_OVERHEAD_BYTES
    return f"the article has {size:,} bytes, expected {limit:,} at most: leave out images and scripts of the page"


def _push(index: int, value: bytes, article: RawArticle) -> Push:
    url = canonical_url(article.url) if article.url else None
    key = url or article.external_id or None
    # A page may name its own address, which the normalizer then takes.
    addressed = bool(article.url and article.url.strip()) or article.html is None
    decided = bool(url or (article.external_id and addressed))
    return Push(
        index=index,
        article=article,
        value=value,
        key=key.encode("utf-8", "surrogatepass") if key else None,
        id=article_id(article.source, canonical_url=url, external_id=article.external_id, content="")
        if decided
        else None,
    )


_NO_ID = "without a url, the id is decided by the cleaned content, or by the address that the page names"


def item_of(result: Push | Refusal) -> PushedItem:
    """What the producer is told of it."""
    if isinstance(result, Refusal):
        return PushedItem(index=result.index, status="refused", reason=result.reason, error=result.error)
    return PushedItem(index=result.index, status="accepted", id=result.id, note=None if result.id else _NO_ID)
