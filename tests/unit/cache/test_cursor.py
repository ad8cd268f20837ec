from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cache.cursor import MAX_CURSOR_CHARACTERS, BadCursorError, Cursor, decode_cursor

cursors = st.builds(
    Cursor,
    epoch=st.text("0123456789abcdef", max_size=32),
    sequence=st.integers(0, 10**15 - 1),
    time_ms=st.integers(0, 10**15 - 1),
)


@given(cursors)
def test_a_reader_gets_back_the_place_it_was_given(cursor: Cursor) -> None:
    text = cursor.encode()
    assert decode_cursor(text) == cursor
    assert len(text) <= MAX_CURSOR_CHARACTERS


@given(st.text(max_size=120))
def test_any_other_text_is_refused_and_never_fails_otherwise(text: str) -> None:
    try:
        cursor = decode_cursor(text)
    except BadCursorError:
        return
    assert decode_cursor(cursor.encode()) == cursor


@pytest.mark.parametrize(
    "plain", [b"", b"1:ab:1", b"2:ab:1:1", b"1:ab:-1:1", b"1:AB:1:1", b"1:ab:1:1:1", b"1:ab:\xd9\xa1:1", b"1:ab:1e3:1"]
)
def test_a_cursor_with_other_fields_is_refused(plain: bytes) -> None:
    with pytest.raises(BadCursorError, match="leave it out"):
        decode_cursor(base64.urlsafe_b64encode(plain).decode().rstrip("="))


def test_a_cursor_without_end_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(BadCursorError):
        decode_cursor("A" * (MAX_CURSOR_CHARACTERS + 1))
