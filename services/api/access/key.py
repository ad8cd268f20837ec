"""The text of an API key: a prefix that scanners for leaked secrets know, 30 random characters, and a checksum."""

from __future__ import annotations

import secrets
import string
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

PREFIX = "khabar_"
# 62^30 is 178 bits: nobody guesses it, so that a fast hash is enough for what is kept.
RANDOM_CHARACTERS = 30
CHECKSUM_CHARACTERS = 6  # holds every CRC32, for 62^6 is above 2^32
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_KNOWN = frozenset(_DIGITS)


@dataclass(frozen=True, slots=True)
class Key:
    """A key, shown to its holder once and never again."""

    text: str = field(repr=False)

    @property
    def digest(self) -> str:
        """What is kept of it, and what it is found by."""
        return digest_of(self.text)


def digest_of(secret: str) -> str:
    """SHA-256 of a random secret, in hex."""
    return sha256(secret.encode()).hexdigest()


def new_key(choose: Callable[[str], str] = secrets.choice) -> Key:
    """A key that nobody has."""
    drawn = "".join(choose(_DIGITS) for _ in range(RANDOM_CHARACTERS))
    return Key(f"{PREFIX}{drawn}{_checksum(drawn)}")


def read_key(text: str) -> Key | None:
    """The key; None where the text cannot be one: forged or mistyped, it is not even looked for."""
    drawn, checksum = text[len(PREFIX) : -CHECKSUM_CHARACTERS], text[-CHECKSUM_CHARACTERS:]
    fits = text.startswith(PREFIX) and len(drawn) == RANDOM_CHARACTERS and _KNOWN.issuperset(drawn)
    return Key(text) if fits and checksum == _checksum(drawn) else None


def _checksum(drawn: str) -> str:
    number, digits = zlib.crc32(drawn.encode("ascii")), list[str]()
    for _ in range(CHECKSUM_CHARACTERS):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
