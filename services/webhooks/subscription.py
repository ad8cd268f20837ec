"""A subscription: where to send, what, and signed with which secrets. Pure."""

from __future__ import annotations

import re

import msgspec

from services.cache.facets import Filter

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
HOUR_MS = 3_600_000
MAX_SECRETS = 5  # in use at once: each costs a signature


class Secret(msgspec.Struct, frozen=True):
    """A secret, and until when (epoch milliseconds) it signs; None: until it is rotated."""

    text: str
    until_ms: int | None = None

    def __repr__(self) -> str:
        return f"Secret(until_ms={self.until_ms})"


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """As it is kept in Redis, as JSON."""

    name: str
    url: str
    wanted: Filter
    secrets: tuple[Secret, ...]
    created_ms: int

    def secrets_at(self, now_ms: int) -> tuple[str, ...]:
        """Those to sign with."""
        return tuple(secret.text for secret in self.secrets if secret.until_ms is None or secret.until_ms > now_ms)

    def rotated(self, new: str, now_ms: int, overlap_ms: int) -> Subscription:
        """With a new secret; those before sign beside it until the overlap is over."""
        until = now_ms + overlap_ms
        kept = [Secret(secret.text, min(secret.until_ms or until, until)) for secret in self.secrets]
        in_use = [secret for secret in kept if secret.until_ms is not None and secret.until_ms > now_ms]
        return msgspec.structs.replace(self, secrets=(Secret(new), *in_use)[:MAX_SECRETS])
