"""What a request shows to be let in."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence

from services.api.access.admission import NOTHING, Credential
from services.api.access.key import Key, digest_of, read_key

SESSION_COOKIE = "khabar-session"
_LONGEST_SESSION = 100  # characters; ours have 43


class BadCredentialError(Exception):
    """It can be no key of ours: it was forged or mistyped."""


def shown(authorization: Sequence[str], session: str | None, *, reading: bool) -> Credential:
    """What the headers of that name, or else the cookie, show. Raises BadCredentialError.

    What browsers send by themselves, with whatever another page makes them ask for, is good for reading alone.
    """
    parts = [value.partition(" ") for value in authorization]
    tokens = [token.strip() for scheme, _, token in parts if scheme.lower() == "bearer"]
    if tokens:
        key = read_key(tokens[0]) if len(tokens) == 1 else None
        if key is None:
            raise BadCredentialError
        return Credential("key", key.digest)
    if not reading:
        return NOTHING
    for scheme, _, token in parts:
        if scheme.lower() == "basic" and (key := _password(token)):
            return Credential("key", key.digest)
    if session and len(session) <= _LONGEST_SESSION:
        return Credential("session", digest_of(session))
    return NOTHING


def _password(token: str) -> Key | None:
    """The key that a feed reader was given as password; another password may be meant for a proxy before us."""
    try:
        text = b64decode(token.strip(), validate=True).decode()
    except ValueError:
        return None
    return read_key(text.partition(":")[2])
