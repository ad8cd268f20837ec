"""Conditional answers (RFC 9110): a tag says what an answer holds, so that what a client has is not sent again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b

from litestar import Request, Response
from litestar.datastructures import State

import shared
from services.cache.reading import Page

TAG_BYTES = 12  # a clash among 2**48 answers of one address
_ANY = "*"


def entity_tag(form: str, *parts: str | bytes) -> str:
    """A weak tag: the same content may be compressed or not, and carry a newer cursor."""
    state = blake2b(f"{shared.__version__} {form}".encode(), digest_size=TAG_BYTES)
    for part in parts:
        state.update(b"\0")
        state.update(part.encode() if isinstance(part, str) else part)
    return f'W/"{state.hexdigest()}"'


def page_tag(form: str, page: Page, following: str | None) -> str:
    """Of what the page holds: new once something arrives that it would hold, not with every arrival."""
    held = (f"{item.entry.cursor.epoch}:{item.entry.cursor.sequence}" for item in page.items)
    return entity_tag(form, str(following is None), str(page.resumed), *held)


def answer(
    request: Request[object, object, State],
    tag: str,
    body: Callable[[], bytes],
    *,
    media_type: str,
    headers: Mapping[str, str],
) -> Response[bytes]:
    """The body, which is made only where the client does not have it; else 304."""
    # May be kept, but not used again without asking: what is new must be seen at once.
    headers = {"ETag": tag, "Cache-Control": "no-cache", **headers}
    asked = _tags(request.headers.getall("if-none-match", []))
    if _ANY in asked or tag.removeprefix("W/") in asked:
        return Response(b"", status_code=304, headers=headers)
    return Response(body(), media_type=media_type, headers=headers)


def next_link(following: str | None) -> dict[str, str]:
    """RFC 8288; nothing on the last page."""
    return {"Link": f'<{following}>; rel="next"'} if following else {}


def _tags(headers: Sequence[str]) -> list[str]:
    """Compared weakly, as RFC 9110 wants it for If-None-Match."""
    return [tag.strip().removeprefix("W/") for header in headers for tag in header.split(",")]
