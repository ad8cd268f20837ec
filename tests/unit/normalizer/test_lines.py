"""Lines: their numbers in the raw text, and the way back from a match key to what people read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalizer.lines import read_lines

LETTERS = st.text(st.sampled_from("اأإبةى ـًَّ.-«»\u200cabÀﷺ½ﬁ \u202b\u202c"), min_size=1, max_size=60)


def test_numbers_are_those_of_the_raw_text() -> None:
    assert [(line.number, line.text) for line in read_lines("\n one \r\n\n two\u2028three")] == [
        (2, "one"),
        (4, "two"),
        (4, "three"),
    ]


def test_what_a_whole_page_sets_far_apart_is_apart() -> None:
    assert [line.text for line in read_lines("Home        World news\t\tA story begins")] == [
        "Home",
        "World news",
        "A story begins",
    ]


def test_wide_gaps_after_sentences_set_paragraphs_apart() -> None:
    assert [line.text for line in read_lines("The end.   A new one starts   here.")] == [
        "The end.",
        "A new one starts here.",
    ]


@pytest.mark.parametrize("text", ["مُحَمَّدٌ قال ـ أمس ـ إن الأمرَ انتهى", "ﷺ قال", "abÀ ½ ﬁn"])
def test_the_way_back_from_a_key_is_exact(text: str) -> None:
    [line] = read_lines(text)
    assert line.shown(0, len(line.key)) == line.text


@given(LETTERS, st.integers(0, 80), st.integers(0, 80))
def test_any_part_of_a_key_has_its_text(text: str, start: int, end: int) -> None:
    for line in read_lines(text):
        first, last = sorted((min(start, len(line.key)), min(end, len(line.key))))
        shown = line.shown(first, last)
        assert shown in line.text
        assert line.shown(0, len(line.key)) == line.text
