"""Display text: nothing folded, nothing unseen, nothing that cannot be written, no letter lost."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text.display import display_line, display_text, one_line

ANY_TEXT = st.text(st.characters(exclude_categories=[]))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("أَهْلاً وسهـــلاً ٢٠٢٦", "أَهْلاً وسهـــلاً ٢٠٢٦"),
        ("می‌خواهم", "می‌خواهم"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("e\u0301", "é"),
        ("a\x00b\x07c\u200bd\ufeffe\u00adf", "abcdef"),
        ("\ud83d\ude00", "😀"),
        ("a\ud800b", "ab"),
        ("\u202bنص", "\u202bنص\u202c"),
        ("نص\u202c\u2069", "نص"),
        ("a\u2066b\u202cc", "a\u2066bc\u2069"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("R&amp;D &quot;x&quot; &#1587;&#x633;", 'R&D "x" سس'),
        ("&amp;amp;lt;", "<"),
        ("Also:&nbspЭта", "Also: Эта"),
        ("?a=1&copy=2 &unknown; AT&T", "?a=1&copy=2 &unknown; AT&T"),
    ],
)
def test_what_people_read(raw: str, shown: str) -> None:
    assert display_text(raw) == shown


def test_a_title_is_one_line() -> None:
    assert display_line(" one\n two\u00a0 three\t") == "one two three"


@given(ANY_TEXT)
def test_showing_again_changes_nothing(text: str) -> None:
    shown = display_text(text)
    if "&" not in text:
        assert display_text(shown) == shown


@given(ANY_TEXT)
def test_it_can_be_written_and_is_composed(text: str) -> None:
    shown = display_text(text)
    shown.encode("utf-8")
    assert unicodedata.is_normalized("NFC", shown)
    assert "\x00" not in shown


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="&")))
def test_no_letter_is_lost(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert [char for char in display_text(text) if char.isalnum()] == [char for char in composed if char.isalnum()]


@given(ANY_TEXT)
def test_one_line_is_what_splitting_gives(text: str) -> None:
    assert one_line(text) == " ".join(text.split())
