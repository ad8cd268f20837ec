"""Fingerprints: the same for the same text on any machine, alike for alike texts, and different for others."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.deduplicator import sketch
from services.deduplicator.fingerprint import (
    FEWEST_KEYS,
    MOST_KEYS,
    SHORT_BELOW,
    TITLE_JOINS_BELOW,
    TITLE_KEY_BELOW,
    WORDS_A_KEY,
    fingerprint,
    fingerprints,
)
from services.deduplicator.sketch import NUMBER_FLAG, WORDS_KEPT, SketchError
from services.deduplicator.stems import stem_ranges
from services.deduplicator.words import words_of
from shared.text.match_key import fold
from tests.unit.deduplicator.samples import prose

ARABIC = "أعلنت وزارة الصحة أن عدد الحالات بلغ ٧٧٢٬٧٧٨ حالة. " * 3 + " ".join(f"كلمة{n}" for n in range(40))
PRINT = "print(fingerprint('عنوان الخبر هنا', ARABIC).keys[:3], fingerprint('', ARABIC).sketch.stems[:8].tolist())"


def shared(a: str, b: str) -> int:
    return len(set(fingerprint("", a).keys) & set(fingerprint("", b).keys))


def test_the_same_on_any_machine_and_hash_seed() -> None:
    code = f"from services.deduplicator.fingerprint import fingerprint\nARABIC = {ARABIC!r}\n{PRINT}"
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    keys, stems = fingerprint("عنوان الخبر هنا", ARABIC).keys[:3], fingerprint("", ARABIC).sketch.stems[:8].tolist()
    assert said == {f"{keys} {stems}\n"}


def test_keys_and_stems_are_what_they_were() -> None:
    # A change here makes every stored sketch and key useless: raise LAYOUT_VERSION with it.
    known = fingerprint("", "one two three four five six seven eight nine ten " * 5)
    assert known.keys[:2] == (433350968506358220, 1964450600025005492)
    assert known.sketch.stems[:3].tolist() == [5141, 29107, 19869]


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (FEWEST_KEYS * WORDS_A_KEY, FEWEST_KEYS),
        ((FEWEST_KEYS + 1) * WORDS_A_KEY - 1, FEWEST_KEYS),
        ((FEWEST_KEYS + 1) * WORDS_A_KEY, FEWEST_KEYS + 1),
        (MOST_KEYS * WORDS_A_KEY, MOST_KEYS),
        (MOST_KEYS * WORDS_A_KEY * 2, MOST_KEYS),
    ],
)
def test_longer_texts_have_more_distinct_keys(words: int, keys: int) -> None:
    found = fingerprint("", prose(1, words)).keys
    assert len(set(found)) == len(found) == keys


def test_a_text_that_repeats_itself_has_few_keys() -> None:
    assert len(set(fingerprint("", "again and again and " * 300).keys)) <= 3


def test_the_keys_are_the_smallest_whatever_the_length() -> None:
    long = prose(1, 3_000)
    everything = set(fingerprint("", long).keys)
    for part in (long[: len(long) // 2], long[len(long) // 3 :]):
        assert len(everything & set(fingerprint("", part).keys)) >= MOST_KEYS // 4


def test_spelling_habits_do_not_matter() -> None:
    a = "أعلنت وزارةُ الصحّة في القاهرة " + " ".join(f"رقم{n}" for n in range(40))
    b = "اعلنت وزاره الصحة فى القاهره " + " ".join(f"رقم{n}" for n in range(40))
    assert fingerprint("", a).keys == fingerprint("", b).keys


def test_a_truncated_copy_shares_keys() -> None:
    text = prose(1, 400)
    assert shared(text, text[: len(text) // 3]) >= 1
    assert shared(text, prose(2, 400)) == 0


def test_short_texts_are_found_by_text_or_title_alone() -> None:
    words = prose(1, SHORT_BELOW - 1)
    assert len(fingerprint("", words).keys) == 1
    assert len(fingerprint("A title of five words", words).keys) == 2
    assert len(fingerprint("Two words", words).keys) == 1
    assert len(fingerprint("", words + " one").keys) > 1


def test_long_texts_have_no_title_key() -> None:
    text = prose(1, TITLE_KEY_BELOW)
    title = "A title of five words"
    assert fingerprint(title, text).keys == fingerprint("", text).keys
    shorter = " ".join(text.split()[:-1])
    assert len(fingerprint(title, shorter).keys) == len(fingerprint("", shorter).keys) + 1


def test_a_title_stands_in_for_a_text_that_says_nothing_alone() -> None:
    assert fingerprint("The bridge is open again", "").keys
    assert fingerprint("", "").keys == ()
    notice = " ".join(["read", "more", "on", "our", "site"] * 3)
    words = notice.split()
    for text, same in [
        (" ".join(words[: TITLE_JOINS_BELOW - 1]), False),
        (" ".join(words[:TITLE_JOINS_BELOW]), True),
    ]:
        stems = [fingerprint(title, text).sketch.stems.tolist() for title in ("A bridge opens", "A road closes")]
        assert (stems[0] == stems[1]) is same


@given(st.text(), st.text())
def test_the_title_is_not_part_of_a_longer_text(title: str, other: str) -> None:
    text = prose(1, 100)
    assert fingerprint(title, text).keys == fingerprint(other, text).keys
    assert fingerprint(title, text).sketch.stems.tolist() == fingerprint(other, text).sketch.stems.tolist()


def test_the_headline_is_kept() -> None:
    made = fingerprint("Rain\nin the north", prose(1, 100)).sketch
    assert made.headline.tolist() == fingerprint("", "rain in the north").sketch.stems.tolist()


def test_texts_without_spaces_are_sampled_by_character() -> None:
    text = "".join(chr(0x4E00 + (n * n * 37) % 5000) for n in range(300))
    found = fingerprint("", text)
    assert len(found.keys) == FEWEST_KEYS
    assert found.sketch.by_character
    assert shared(text, text[100:]) >= 1


@given(st.text(), st.text())
def test_any_article_has_a_fingerprint_that_survives_storage(title: str, text: str) -> None:
    made = fingerprint(title, text).sketch
    again = sketch.unpack(sketch.pack(made))
    assert again.stems.tolist() == made.stems.tolist()
    assert again.headline.tolist() == made.headline.tolist()
    assert (again.title_key, again.by_character) == (made.title_key, made.by_character)


@pytest.mark.parametrize("packed", [b"", b"12345", b"1234567"])
def test_what_is_no_sketch_is_refused(packed: bytes) -> None:
    with pytest.raises(SketchError, match="expected"):
        sketch.unpack(packed)


def test_only_so_many_words_are_kept() -> None:
    assert len(fingerprint("", "a b " * WORDS_KEPT).sketch) == WORDS_KEPT


def test_numbers_are_marked() -> None:
    stems = fingerprint("", "12 apples and 772,778 pears").sketch.stems
    assert (stems >= NUMBER_FLAG).tolist() == [True, False, False, True, False]


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("والوزارة", "وزار"),
        ("الوزارة", "وزار"),
        ("سيارات", "سيار"),
        ("للوزير", "وزير"),
        ("كتب", "كتب"),
        ("وكتب", "كتب"),
        ("ولد", "ولد"),  # three letters stay
        ("government", "gover"),
        ("govern", "govern"),  # six letters stay
        ("1234567", "1234567"),  # numbers are never cut
    ],
)
def test_stems(word: str, stem: str) -> None:
    words = words_of(fold(word))
    (start,), (end,) = stem_ranges(words)
    assert words.codes[start:end].tobytes().decode("utf-32-le") == stem


articles = st.lists(st.tuples(st.text(max_size=20), st.text() | st.integers(0, 20).map(lambda seed: prose(seed, 90))))


@given(articles)
def test_many_at_once_are_the_same_as_one_by_one(many: list[tuple[str, str]]) -> None:
    assert_same(many)


def test_groups_do_not_run_into_each_other() -> None:
    long = prose(1, 20_000)
    expanding = "\ufdfa " * 20_000  # each becomes 18 letters
    parting = "\ue000".join([prose(2), prose(3)])
    assert_same([("12", "34"), ("", long), ("t", expanding), ("", parting), ("", ""), ("", "34,56"), ("1,", "2")])
    assert_same([("", "雨が降る" * 30), ("", prose(4)), ("東京の空", "寒い" * 40)])


def assert_same(many: list[tuple[str, str]]) -> None:
    for made, (title, text) in zip(fingerprints(many), many, strict=True):
        alone = fingerprint(title, text)
        assert made.keys == alone.keys
        assert sketch.pack(made.sketch) == sketch.pack(alone.sketch)
