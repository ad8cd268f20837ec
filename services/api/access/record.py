"""What is known of a key beside its digest."""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

NAME_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


class Scope(StrEnum):
    """What a key lets its holder do; none includes another, but admin includes all."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class KeyRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One key: who has it, what it is for, and when it was made and ends (epoch seconds)."""

    name: str
    scopes: tuple[Scope, ...]
    created: int
    expires: int | None = None
    rate: int | None = None  # requests a minute; 0 is without limit, None what the setting says

    def may(self, scope: Scope) -> bool:
        """Whether the holder may do that."""
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def has_ended(self, now: float) -> bool:
        """Whether it is refused from now on."""
        return self.expires is not None and now >= self.expires
