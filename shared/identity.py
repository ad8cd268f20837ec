"""The two identities that every stage agrees on: the article and its revision. Deterministic on any machine."""

from __future__ import annotations

from hashlib import blake2b

ARTICLE_ID_BYTES = 16  # 32 hex digits: 2**64 articles before a collision is likely
REVISION_HASH_BYTES = 8  # 16 hex digits: compared only among the revisions of one article


def _digest(size: int, *parts: str) -> str:
    """Length-prefixed, so that no two lists of parts give the same bytes."""
    state = blake2b(digest_size=size)
    for part in parts:
        # A lone surrogate is no valid Unicode, yet JSON can carry one: it must not make identity fail.
        encoded = part.encode("utf-8", "surrogatepass")
        state.update(len(encoded).to_bytes(8, "big"))
        state.update(encoded)
    return state.hexdigest()


def article_id(source: str, *, canonical_url: str | None, external_id: str | None, content: str) -> str:
    """32 hex digits: of source and canonical url, else source and external id, else source and content."""
    if canonical_url:
        return _digest(ARTICLE_ID_BYTES, "url", source, canonical_url)
    if external_id:
        return _digest(ARTICLE_ID_BYTES, "external_id", source, external_id)
    return _digest(ARTICLE_ID_BYTES, "content", source, content)


def revision_hash(title: str, text: str) -> str:
    """16 hex digits of title and text after the deterministic cleaning."""
    return _digest(REVISION_HASH_BYTES, title, text)
