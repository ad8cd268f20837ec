"""The match key: what it makes equal, what it keeps apart, and that it does not depend on the Python version."""

from __future__ import annotations

import sys
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text import match_key_table
from shared.text.match_key import KEY_VERSION, fold, tokens, unfolded

ANY_TEXT = st.text(st.characters(exclude_categories=[]))


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("أَهْلاً إلى آخر ٱلخبر", "اهلا الي اخر الخبر"),
        ("مسؤول رئيس مدينة", "مسوول رييس مدينه"),
        ("الخبـــــر", "الخبر"),
        ("٢٨ كانون الثاني ۲۰۲۶", "28 كانون الثاني 2026"),
        ("می‌خواهم کتاب", "ميخواهم كتاب"),
        ("\u202bنص\u202c\u200f", "نص"),
        ("\ufefbزم \ufb01n", "لازم fin"),
        ("Ελλάς ÉCOLE İstanbul ISPARTA ısı", "ελλασ ecole istanbul isparta isi"),
        ("한국어 日本語", "한국어 日本語"),
        ("a\x00b\ud800c", "abc"),
        ("line one\nline\ttwo", "line one\nline\ttwo"),
    ],
)
def test_spelling_habits_are_folded(written: str, key: str) -> None:
    assert fold(written) == key


def test_different_letters_stay_different() -> None:
    words = ["علم", "عمل", "حمار", "خمار", "سورة", "صورة", "ж", "ш", "l", "i"]
    assert len({fold(word) for word in words}) == len(words)


def test_punctuation_separates_words_and_lines_do_not_join() -> None:
    assert tokens(fold("«قال»، الوزير: 3.5%\nد. علي")) == ["قال", "الوزير", "3", "5", "د", "علي"]


def test_the_text_of_nothing_has_no_words() -> None:
    assert fold("") == ""
    assert tokens("") == []


@given(ANY_TEXT)
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANY_TEXT)
def test_a_key_can_always_be_written(text: str) -> None:
    key = fold(text)
    key.encode("utf-8")
    assert "\x00" not in key
    assert "".join(tokens(key)) == "".join(char for char in key if unicodedata.category(char)[0] in "LN")


def test_the_version_is_a_number_that_consumers_can_compare() -> None:
    assert isinstance(KEY_VERSION, int)


@pytest.mark.skipif(
    sys.version_info[:2] != (3, 11), reason="the table was made with the Unicode version of Python 3.11"
)
def test_the_committed_table_is_the_one_that_the_rules_give() -> None:
    committed, built = match_key_table.load(), match_key_table.build()
    for name in match_key_table.KeyTable.__dataclass_fields__:
        assert np.array_equal(getattr(committed, name), getattr(built, name)), name


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.data())
def test_a_part_of_the_key_is_found_again_in_the_text(text: str, data: st.DataObject) -> None:
    key = fold(text)
    start = data.draw(st.integers(0, len(key)))
    end = data.draw(st.integers(start, len(key)))
    first, last = unfolded(text, start, end)
    assert 0 <= first <= last <= len(text)
    assert key[start:end] in fold(text[first : last + 1])
    assert unfolded(text, 0, len(key))[1] == len(text)
