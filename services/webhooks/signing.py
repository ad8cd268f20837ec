"""Standard Webhooks 1.0: secrets, and signatures over the exact bytes that are sent.

See: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
LEAST_BYTES, MOST_BYTES = 24, 64  # of a secret, by the specification
NEW_BYTES = 32
VERSION = "v1"


class BadSecretError(ValueError):
    """The text is no secret of the specification; the message does not repeat it."""


def new_secret() -> str:
    """A random secret, as it is given to the receiver."""
    return PREFIX + base64.b64encode(secrets.token_bytes(NEW_BYTES)).decode("ascii")


def key_of(secret: str) -> bytes:
    """The key that the secret stands for. Raises BadSecretError."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise BadSecretError("the secret is not base64") from None
    if not secret.startswith(PREFIX) or not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise BadSecretError(f"a secret is {PREFIX} and the base64 of {LEAST_BYTES} to {MOST_BYTES} bytes")
    return key


def signature(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """One signature: version, comma, base64. Raises BadSecretError."""
    signed = b"%s.%d.%s" % (message.encode("ascii"), timestamp, body)
    digest = hmac.digest(key_of(secret), signed, hashlib.sha256)
    return f"{VERSION},{base64.b64encode(digest).decode('ascii')}"


def signed_headers(secrets_in_use: Iterable[str], message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of the specification, with a signature for each secret that a receiver may still use."""
    signatures = [signature(secret, message, timestamp, body) for secret in secrets_in_use]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
