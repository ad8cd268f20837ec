"""Verdicts: the four answers, each step of the rule at its boundary, and the same from both sides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.deduplicator.fingerprint import SHORT_BELOW, fingerprint
from services.deduplicator.sketch import NUMBER_FLAG, Sketch
from services.deduplicator.verdict import HOLE_WORDS, RUN_WORDS, Ground, Method, judge, promising
from tests.unit.deduplicator.samples import prose

OPPOSITE = {"copy": "copy", "excerpt": "extension", "extension": "excerpt", None: None}


def sketch(*parts: range | list[int], title: int = 0, headline: range | list[int] = range(0)) -> Sketch:
    """A sketch of these stems; numbers below 1,000 are words of their own."""
    stems = np.concatenate([np.array(part, np.uint16) for part in parts])
    return Sketch(stems, np.array(headline, np.uint16), title, by_character=False)


def numbers(*values: int) -> list[int]:
    return [NUMBER_FLAG | value for value in values]


def test_the_same_text() -> None:
    found = judge(sketch(range(100)), sketch(range(100)))
    assert (found.relation, found.containment, found.contained) == ("copy", 1000, 1000)
    assert found.method == Method.SAME_TEXT


def test_other_text() -> None:
    found = judge(sketch(range(100)), sketch(range(100, 200)))
    assert (found.relation, found.containment, found.contained) == (None, 0, 0)


def test_shares_are_of_the_right_side() -> None:
    found = judge(sketch(range(100)), sketch(range(100), range(500, 600)))
    assert found.relation == "excerpt"
    assert (found.containment, found.contained) == (500, 1000)


@pytest.mark.parametrize(("own", "relation"), [(31, "excerpt"), (32, None)])
def test_below_the_first_cut_off_it_is_neither(own: int, relation: str | None) -> None:
    # 100 words shared, and a third as many of its own in one piece: 100 / 131 = .763, 100 / 132 = .757.
    found = judge(sketch(range(100), range(500, 500 + own)), sketch(range(100), range(700, 900)))
    assert found.relation == relation
    assert found.ground == (Ground.ONE_COVERED if relation else Ground.COVERED)


@pytest.mark.parametrize(("own", "relation"), [(29, "copy"), (30, "excerpt")])
def test_from_the_second_cut_off_on_it_is_a_copy(own: int, relation: str) -> None:
    # 100 / 129 = .775, 100 / 130 = .769.
    found = judge(sketch(range(100)), sketch(range(100), range(500, 500 + own)))
    assert found.relation == relation


@pytest.mark.parametrize(("hole", "relation"), [(HOLE_WORDS, "copy"), (HOLE_WORDS + 1, None)])
def test_short_edits_inside_a_passage_are_forgiven(hole: int, relation: str | None) -> None:
    run = RUN_WORDS + 8
    this = [word for start in range(0, 96, run + hole) for word in range(start, start + run + hole)]
    other = [word + 1000 * (place % (run + hole) >= run) for place, word in enumerate(this)]
    assert judge(sketch(this), sketch(other)).relation == relation


def test_runs_shorter_than_a_passage_do_not_count() -> None:
    this = list(range(100))
    other = [word if place % 3 < 2 else word + 1000 for place, word in enumerate(this)]
    assert judge(sketch(this), sketch(other)).containment == 0


def test_words_that_are_not_there_outweigh_passages() -> None:
    # Runs of 3 with holes of 4: everything is covered, and only 3 of 7 words are the same.
    this = list(range(98))
    other = [word if place % 7 < 3 else word + 1000 for place, word in enumerate(this)]
    found = judge(sketch(this), sketch(other))
    assert found.ground == Ground.WORDS
    assert found.contained > 900


def test_a_template_filled_in_with_other_numbers_is_no_copy() -> None:
    def table(first: int) -> Sketch:
        rows = [part for row in range(12) for part in (list(range(row * 6, row * 6 + 6)), numbers(first + row))]
        return sketch(*rows)

    assert judge(table(100), table(100)).relation == "copy"
    found = judge(table(100), table(200))
    assert (found.relation, found.ground) == (None, Ground.NUMBERS)


@pytest.mark.parametrize(
    ("mine", "theirs", "own", "relation"),
    [
        ([100, 1, 2, 3], [500, 1, 2, 3], 12, None),  # 100 / 112 = .893, 1 of 4 words of the headline
        ([100, 1, 2, 3], [500, 1, 2, 3], 11, "copy"),  # 100 / 111 = .901
        ([100, 1, 2, 3, 4], [500, 1, 2, 3], 12, "copy"),  # 1 of 5 is too few, for equal shares are asked of both
        ([100, 1, 2, 3], [1, 2, 3], 12, "copy"),  # the other headline fits both
        ([1, 2, 3], [500, 1, 2, 3], 12, "copy"),
        ([900, 1, 2, 3], [500, 1, 2, 3], 12, "copy"),  # a word that its own text has not
        ([100, 100, 1, 2, 3, 4], [500], 12, "copy"),  # the same word twice counts once
    ],
)
def test_each_headline_tells_of_something_else(
    mine: list[int], theirs: list[int], own: int, relation: str | None
) -> None:
    this = sketch(range(100), range(100, 100 + own), headline=mine)
    other = sketch(range(100), range(500, 512), headline=theirs)
    found = judge(this, other)
    assert found.relation == relation
    assert judge(other, this).relation == OPPOSITE[relation]
    assert relation or found.ground == Ground.HEADLINES


@pytest.mark.parametrize(("longer", "relation"), [(150, None), (151, "excerpt")])
def test_headlines_do_not_count_between_an_item_and_a_digest(longer: int, relation: str | None) -> None:
    # 100 / 250 = .400 of the longer one is covered, 100 / 251 = .398.
    item = sketch(range(100), range(100, 112), headline=[100, 1, 2, 3])
    digest = sketch(range(100), range(500, 500 + longer), headline=[500, 1, 2, 3])
    assert judge(item, digest).relation == relation


@pytest.mark.parametrize(
    ("kept", "mine", "relation"),
    [
        ([], [1, 2, 3, 4], None),
        ([], [1, 2, 3], "copy"),  # three may be a date
        ([], [1, 2, 3, 3], "copy"),  # the same one twice counts once
        ([11, 12, 13, 14], [1, 2, 3, 4], None),  # half of them are missing
        ([11, 12, 13, 14, 15], [1, 2, 3, 4], "copy"),
    ],
)
def test_many_numbers_must_differ(kept: list[int], mine: list[int], relation: str | None) -> None:
    def text(*values: int) -> Sketch:
        # In holes, four to one of them at most, so that all is covered.
        parts = [
            part
            for place in range(0, len(values), 4)
            for part in (range(place * 50, place * 50 + 60), numbers(*values[place : place + 4]))
        ]
        return sketch(*parts, range(900, 960))

    assert judge(text(*kept, *mine), text(*kept, *(value + 50 for value in mine))).relation == relation


@pytest.mark.parametrize(
    ("mine", "theirs", "relation"),
    [
        ([200, 201, 202] * 4, [300, 301, 302] * 4, None),  # 12 of 112 words
        ([200, 201, 202] * 3 + [200, 201], [300, 301, 302] * 4, "copy"),  # 11 of 111 are .099
        ([200, 201] * 6, [300, 301, 302] * 4, "copy"),  # two names may be spelt otherwise
        ([200, 201, 202] * 4, range(300, 312), "copy"),  # what recurs on one side alone
    ],
)
def test_each_has_a_subject_of_its_own(mine: list[int], theirs: list[int], relation: str | None) -> None:
    def text(own: list[int]) -> Sketch:
        # In holes, four to one of them at most, so that all is covered.
        rows = [part for row in range(3) for part in (range(row * 30, row * 30 + 30), list(own)[row * 4 : row * 4 + 4])]
        return sketch(*rows, range(90, 100))

    found = judge(text(mine), text(theirs))
    assert found.relation == relation
    assert relation or found.ground == Ground.SUBJECTS


def test_numbers_that_only_one_side_adds_do_not_matter() -> None:
    found = judge(sketch(range(100), numbers(1, 2)), sketch(range(100), numbers(1, 2, 3, 4, 5, 6, 7, 8)))
    assert found.relation == "copy"


@pytest.mark.parametrize(("words", "relation"), [(SHORT_BELOW - 1, None), (SHORT_BELOW, "copy")])
def test_below_the_shortest_length_passages_say_nothing(words: int, relation: str | None) -> None:
    found = judge(sketch(range(words)), sketch(range(words), [900]))
    assert found.relation == relation


def test_short_texts_under_one_title_are_judged_by_passages() -> None:
    found = judge(sketch(range(30), title=7), sketch(range(30), [900], title=7))
    assert found.relation == "copy"
    assert judge(sketch(range(30), title=7), sketch(range(500, 530), title=7)).relation is None


def test_scripts_are_told_apart() -> None:
    this = sketch(range(100))
    other = Sketch(np.arange(1, 101, dtype=np.uint16), np.zeros(0, np.uint16), 0, by_character=True)
    assert judge(this, other).ground == Ground.SCRIPTS


def test_empty_texts_are_nothing() -> None:
    assert judge(sketch([]), sketch([])).relation is None


def test_texts_without_spaces() -> None:
    text = "".join(chr(0x4E00 + (n * n * 37) % 5000) for n in range(300))
    longer = text + "".join(chr(0x3041 + n % 80) for n in range(200))
    found = judge(fingerprint("", longer).sketch, fingerprint("", text).sketch)
    assert found.relation == "extension"
    assert found.containment > 950


words = st.lists(st.integers(0, 60), max_size=150)


@given(words, words, st.booleans())
def test_from_both_sides_the_same(a: list[int], b: list[int], prefix: bool) -> None:
    this, other = sketch(a + b if prefix else a), sketch(b)
    there, back = judge(this, other), judge(other, this)
    if there.containment != there.contained:
        assert back.relation == OPPOSITE[there.relation]
    assert (back.containment, back.contained) == (there.contained, there.containment)


@given(words, words)
def test_any_two_sketches_can_be_judged_and_leave_no_trace(a: list[int], b: list[int]) -> None:
    found = judge(sketch(a), sketch(b))
    assert 0 <= found.containment <= 1000
    assert 0 <= found.contained <= 1000
    fresh = judge(fingerprint("", prose(1)).sketch, fingerprint("", prose(2)).sketch)
    assert (fresh.containment, fresh.contained) == (0, 0)


edits = st.lists(st.tuples(st.integers(0, 199), st.integers(0, 12)), max_size=12)


@given(
    st.integers(40, 200), st.lists(st.tuples(edits, st.integers(0, 150)), min_size=1, max_size=4), st.integers(1, 60)
)
def test_nothing_related_is_passed_over(
    length: int, others: list[tuple[list[tuple[int, int]], int]], cycle: int
) -> None:
    # A cycle makes passages repeat, on which the bound could go wrong.
    this = [place % (cycle * 4) for place in range(length)]
    changed = []
    for cuts, more in others:
        words_left = list(this)
        for place, count in cuts:
            words_left[place : place + count] = [2_000 + place]
        changed.append(sketch(words_left, range(5_000, 5_000 + more)))
    maybe = promising(sketch(this), changed)
    assert len(maybe) == len(changed)
    for other, one in zip(changed, maybe, strict=True):
        assert one or judge(sketch(this), other).relation is None


def test_most_of_what_is_not_related_is_passed_over() -> None:
    this, *others = (fingerprint("", prose(seed, 200)).sketch for seed in range(20))
    assert promising(this, others) == [False] * 19
    assert promising(this, []) == []
