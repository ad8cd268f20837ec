from __future__ import annotations

import string
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.access.key import Key, new_key, read_key

FIXED = new_key(lambda digits: digits[-1])
BASE62 = string.ascii_letters + string.digits


def test_a_key_is_a_prefix_thirty_characters_and_a_checksum() -> None:
    # zlib.crc32(b"z" * 30) is 3,941,780,757: 4·62⁵ + 18·62⁴ + 47·62³ + 19·62² + 14·62 + 61.
    assert FIXED.text == "khabar_" + "z" * 30 + "4IlJEz"
    assert read_key(FIXED.text) == FIXED


def test_no_two_keys_are_alike() -> None:
    assert len({new_key().text for _ in range(1000)}) == 1000


def test_what_is_kept_is_the_digest_and_nothing_shows_the_key() -> None:
    assert FIXED.digest == sha256(FIXED.text.encode()).hexdigest()
    assert FIXED.text not in repr(FIXED)


@given(st.integers(min_value=7, max_value=42), st.sampled_from(BASE62))
def test_one_wrong_character_is_seen(place: int, character: str) -> None:
    """CRC32 sees every change of up to 32 bits in a row."""
    wrong = FIXED.text[:place] + character + FIXED.text[place + 1 :]
    assert read_key(wrong) == (FIXED if wrong == FIXED.text else None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "khabar_",
        FIXED.text[:-1],
        FIXED.text + "0",
        FIXED.text.upper(),
        f" {FIXED.text}",
        f"{FIXED.text}\n",
        FIXED.text.replace("khabar_", "kabar_"),
        "khabar_" + "é" * 30 + "000000",
        "khabar_" + "٣" * 36,
        "khabar_" + "\0" * 36,
        "khabar_" + "z" * 100_000,
    ],
)
def test_what_cannot_be_a_key_is_none(text: str) -> None:
    assert read_key(text) is None


@given(st.text(max_size=60))
def test_any_text_is_read_without_failing(text: str) -> None:
    assert read_key(text) is None
    assert isinstance(read_key(Key(FIXED.text).text), Key)
