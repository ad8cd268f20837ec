"""Words are the same whatever the spelling habit, and complete in every script."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.deduplicator.words import CODES_READ, words_of
from shared.text.match_key import fold, tokens


def words(text: str) -> list[str]:
    found = words_of(fold(text))
    letters = found.codes.tobytes().decode("utf-32-le")
    return [letters[start:end] for start, end in zip(found.starts, found.ends, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rain, rain; RAIN!", ["rain", "rain", "rain"]),
        ("بلغت ٧٧٢٬٧٧٨ برميلاً", ["بلغت", "772778", "برميلا"]),
        ("772,778 or 772.778 or 772’778", ["772778", "or", "772778", "or", "772778"]),
        ("3.5, 4", ["35", "4"]),
        ("at 5:00, not 500 : 3", ["at", "5:00", "not", "500", "3"]),
        ("٧ر١٠ مليار دولار", ["710", "مليار", "دولار"]),
        ("على 5, 6 و", ["علي", "5", "6", "و"]),
        ("للشراء و١١٩٢٠ ليرة بـ٣٥٥", ["للشراء", "11920", "ليره", "355"]),
        ("وا٣ و٣ا", ["وا3", "3ا"]),
        ("", []),
        (" \n", []),
        ("雨が降る", ["雨", "か", "降", "る"]),
        ("東京2020大会", ["東", "京", "2020", "大", "会"]),
        ("서울 비", ["서울", "비"]),
        ("a", ["a"]),
        ("1,", ["1"]),
        (",1", ["1"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text(alphabet=st.characters(max_codepoint=0x2FFF, exclude_characters=".,:'\u066b\u066c\u2019\u0631")))
def test_no_letter_is_lost_but_clitics_before_numbers(text: str) -> None:
    expected = [re.sub(r"^[وبلفك](?=[0-9])", "", token) for token in tokens(fold(text))]
    assert "".join(words(text)) == "".join(expected)


@given(st.text())
def test_any_text_has_words_in_order(text: str) -> None:
    found = words_of(fold(text))
    assert (found.starts < found.ends).all()
    assert (found.starts[1:] >= found.ends[:-1]).all()


def test_only_numbers_are_numbers() -> None:
    assert words_of(fold("12 a1 1a 1a1 3,000 ٣")).numbers.tolist() == [True, False, False, False, True, True]


def test_scripts_without_spaces_go_by_character() -> None:
    assert words_of("雨が降る").alone.tolist() == [True] * 4
    assert words_of("The sign says 雨").alone.tolist() == [False, False, False, True]


def test_reads_so_far_and_no_further() -> None:
    assert len(words_of("a " * CODES_READ)) == CODES_READ // 2
