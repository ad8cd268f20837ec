from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.text.word_diff import (
    ABSORBED_CHARACTERS,
    CELLS,
    CONTEXT_CHARACTERS,
    WORD_CHARACTERS,
    Hunk,
    changes,
    words,
)

PIECES = [
    "rain ",
    "rains ",
    "the ",
    "the ",
    "\n",
    "أمطار ",
    "الأمطارُ ",
    "雨",
    "雪",
    "ฝน",
    "ก็",
    "3.5 ",
    "٣٫٥",
    ". ",
    "é",
    "e\u0301",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=60).map("".join) | st.text(max_size=80)


def applied(old: str, hunks: Sequence[Hunk]) -> str:
    """The old text with the changes made, as the documentation says how."""
    text, at = "", 0
    for hunk in hunks:
        text += old[at : hunk.old]
        assert len(text) == hunk.new
        kept = "".join(part.text for part in hunk.parts if part.kind != "inserted")
        assert old.startswith(kept, hunk.old)
        text += "".join(part.text for part in hunk.parts if part.kind != "deleted")
        at = hunk.old + len(kept)
    return text + old[at:]


def shown(old: str, new: str) -> list[str]:
    """Each hunk in a line: [-deleted-] and {+inserted+}."""
    forms = {"kept": "{}", "deleted": "[-{}-]", "inserted": "{{+{}+}}"}
    return ["".join(forms[part.kind].format(part.text) for part in hunk.parts) for hunk in changes(old, new)]


@given(TEXTS, TEXTS)
@example("a" * 300, "b" * 300)
@example("a b " * 200, "b a " * 200)
def test_the_changes_applied_to_the_old_text_give_the_new_one(old: str, new: str) -> None:
    hunks = changes(old, new)
    assert applied(old, hunks) == new
    assert bool(hunks) == (old != new)


@given(TEXTS)
def test_words_leave_nothing_out(text: str) -> None:
    assert "".join(words(text)) == text


@given(TEXTS, TEXTS)
def test_a_hunk_begins_and_ends_with_a_little_that_was_kept(old: str, new: str) -> None:
    for hunk in changes(old, new):
        assert any(part.kind != "kept" for part in hunk.parts)
        for part in (hunk.parts[0], hunk.parts[-1]):
            assert part.kind != "kept" or len(part.text) <= CONTEXT_CHARACTERS
        for part in hunk.parts[1:-1]:
            assert part.kind != "kept" or len(part.text) <= 2 * CONTEXT_CHARACTERS


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Rain in the north.", "Snow in the north.", "[-Rain-]{+Snow+} in the north."),
        ("Rain on Friday", "Rain on Friday and Saturday", "Rain on Friday{+ and Saturday+}"),
        # A clitic belongs to its word, and so do the vowel marks as they were written.
        ("قال الرئيس أمس", "وقال الرئيسُ أمس", "[-قال الرئيس-]{+وقال الرئيسُ+} أمس"),
        ("وصل ٣٫٥ مليون طن إلى الميناء", "وصل ٣٫٦ مليون طن إلى الميناء", "وصل [-٣٫٥-]{+٣٫٦+} مليون طن إلى الميناء"),
        ("می‌رود به خانه", "می‌آید به خانه", "[-می‌رود-]{+می‌آید+} به خانه"),
        ("今日は雨が降る", "今日は雪が降る", "今日は[-雨-]{+雪+}が降る"),
        ("วันนี้ฝนตก", "วันนี้ลมตก", "วันนี้[-ฝน-]{+ลม+}ตก"),
        ("can't go at 10:30", "can go at 10:45", "[-can't-]{+can+} go at [-10:30-]{+10:45+}"),
        ("of 1,200 men", "of 1,250 men", "of [-1,200-]{+1,250+} men"),
    ],
)
def test_what_changed_is_told_by_the_word(old: str, new: str, expected: str) -> None:
    assert shown(old, new) == [expected]


def test_a_mark_stays_with_its_letter() -> None:
    assert words("ก็ดี") == ["ก็", "ดี"]
    assert words("كَتَبَ") == ["كَتَبَ"]
    assert words("👩‍👩‍👧 e\u0301!") == ["👩‍👩‍👧", " ", "e\u0301", "!"]


@pytest.mark.parametrize(
    ("kept", "hunk"),
    [
        # With its spaces the word is as long as is absorbed, then one longer.
        ("a" * (ABSORBED_CHARACTERS - 2), "[-{left} {kept} {right}-]{{+x{left} {kept} x{right}+}}"),
        ("a" * (ABSORBED_CHARACTERS - 1), "[-{left}-]{{+x{left}+}} {kept} [-{right}-]{{+x{right}+}}"),
    ],
)
def test_what_two_changes_have_between_them_is_part_of_them_if_it_is_short(kept: str, hunk: str) -> None:
    left, right = "b" * ABSORBED_CHARACTERS, "c" * ABSORBED_CHARACTERS
    assert shown(f"{left} {kept} {right}", f"x{left} {kept} x{right}") == [
        hunk.format(left=left, right=right, kept=kept)
    ]


def test_a_short_word_is_kept_between_changes_that_are_shorter() -> None:
    assert shown("a word b", "c word d") == ["[-a-]{+c+} word [-b-]{+d+}"]


def test_an_unchanged_line_is_never_part_of_a_change() -> None:
    assert (
        shown("first line here\nsame\nlast line here", "other text there\nsame\nnew text there")[0].count("same") == 1
    )


@pytest.mark.parametrize(("between", "hunks"), [(2 * CONTEXT_CHARACTERS, 1), (2 * CONTEXT_CHARACTERS + 1, 2)])
def test_changes_are_one_hunk_while_the_context_of_each_reaches_the_other(between: int, hunks: int) -> None:
    kept = "\n" + "k" * (between - 2) + "\n"
    assert len(changes(f"old{kept}old", f"new{kept}new")) == hunks


def test_the_context_is_whole_words() -> None:
    (hunk,) = changes("word " * 100 + "old" + " word" * 100, "word " * 100 + "new" + " word" * 100)
    assert (hunk.parts[0].text, hunk.parts[-1].text) == ("word " * 12, " word" * 12)
    assert (hunk.old, hunk.new) == (440, 440)


def test_a_gap_without_anchor_is_compared_by_the_token_up_to_its_limit() -> None:
    """Beyond, it is shown as changed whole: nothing here is there only once."""
    side = int(CELLS**0.5)
    rain, snow = "雨雪" * side, "雪雨" * side
    assert "雪雨雪" in shown(rain[:side], snow[:side])[0].replace("[-雨-]", "")
    assert shown(rain[: side + 1], snow[: side + 1]) == [f"[-{rain[: side + 1]}-]{{+{snow[: side + 1]}+}}"]


def test_changed_lines_are_compared_by_the_word_up_to_their_limit() -> None:
    line = "word " * (WORD_CHARACTERS // 10 - 1) + "a "
    old, new = line + "old", line + "new"
    assert len(old) + len(new) == WORD_CHARACTERS
    assert len(shown(old, new)[0]) < 2 * CONTEXT_CHARACTERS
    assert shown("a" + old, "a" + new) == [f"[-a{old}-]{{+a{new}+}}"]


def test_texts_without_anchors_take_no_longer_than_their_length_wants() -> None:
    """25,000 words on each side, which a comparison of each with each would take minutes for."""
    old, new = "a b a a b " * 5_000, "b a b b a " * 5_000
    assert applied(old, changes(old, new)) == new
