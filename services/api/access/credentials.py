"""What a request shows to be let in."""

from __future__ import annotations

from collections.abc import Sequence

from services.api.access.admission import NOTHING, Credential
from services.api.access.key import digest_of, read_key

SESSION_COOKIE = "khabar-session"
_LONGEST_SESSION = 100  # characters; ours have 43


class BadCredentialError(Exception):
    """It can be no key of ours: it was forged or mistyped."""


def shown(authorization: Sequence[str], session: str | None) -> Credential:
    """What the headers of that name, or else the cookie, show. Raises BadCredentialError."""
    parts = [value.partition(" ") for value in authorization]
    tokens = [token.strip() for scheme, _, token in parts if _bearer(scheme)]
    if tokens:
        key = read_key(tokens[0]) if len(tokens) == 1 else None
        if key is None:
            raise BadCredentialError
        return Credential("key", key.digest)
    if session and len(session) <= _LONGEST_SESSION:
        return Credential("session", digest_of(session))
    return NOTHING


def _bearer(scheme: str) -> bool:
    """Another scheme may be meant for a proxy before us."""
    return scheme.lower() == "bearer"
