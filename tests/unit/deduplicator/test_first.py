"""Who was first: named by another, else published surely before, else arrived before."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.deduplicator.first import Because, Member, in_order, member_of
from shared.contracts import Attribution, EnrichedArticle, Published
from shared.contracts.articles import Precision
from tests.articles import enriched


def article(name: str, source: str, at: str, precision: Precision = "minute", credits: str = "") -> EnrichedArticle:
    return enriched(
        name,
        source=source,
        published=Published(at=at, precision=precision, method="producer"),
        attribution=[Attribution(kind="agency", outlet=credits, evidence="as told by")] if credits else [],
    )


def order(*articles: EnrichedArticle) -> list[tuple[str, Because]]:
    """Sources in order, with the reason; the articles arrived as they are given."""
    members = [member_of(one, place) for place, one in enumerate(articles)]
    random.Random(1).shuffle(members)
    sources = {one.id: one.source for one in articles}
    return [(sources[placed.id], placed.because) for placed in in_order(members)]


def test_published_before_is_first() -> None:
    late = article("a", "Late Post", "2026-01-28T09:00:00Z")
    early = article("b", "Early Post", "2026-01-28T08:00:00Z")
    assert order(late, early) == [("Early Post", Because.PUBLISHED), ("Late Post", Because.ALONE)]


def test_where_the_times_are_not_exact_enough_arrival_decides() -> None:
    minute = article("a", "Minute Post", "2026-01-28T09:00:00Z")
    day = article("b", "Day Post", "2026-01-28T00:00:00Z", "day")
    assert order(minute, day) == [("Minute Post", Because.ARRIVED), ("Day Post", Because.ALONE)]
    assert order(day, minute) == [("Day Post", Because.ARRIVED), ("Minute Post", Because.ALONE)]
    before = article("c", "Before Post", "2026-01-27T00:00:00Z", "day")
    assert order(minute, before)[0] == ("Before Post", Because.PUBLISHED)


def test_whom_another_names_is_first_whatever_the_times_say() -> None:
    copy = article("a", "Copy Post", "2026-01-28T08:00:00Z", credits="North Wire")
    between = article("b", "Other Post", "2026-01-28T08:30:00Z")
    wire = article("c", "north-wire.example", "2026-01-28T09:00:00Z")
    assert order(copy, between, wire)[0] == ("north-wire.example", Because.NAMED)


def test_those_named_are_told() -> None:
    copy = member_of(article("a", "Copy Post", "2026-01-28T08:00:00Z", credits="NORTH WIRE"), 0)
    wire = member_of(article("b", "North Wire", "2026-01-28T09:00:00Z"), 1)
    first, second = in_order([copy, wire])
    assert (first.id, first.credits) == (wire.id, ())
    assert (second.id, second.credits) == (copy.id, (wire.id,))


def test_where_two_name_each_other_time_decides() -> None:
    one = article("a", "One Post", "2026-01-28T09:00:00Z", credits="Two Post")
    two = article("b", "Two Post", "2026-01-28T08:00:00Z", credits="One Post")
    assert order(one, two)[0][0] == "Two Post"


members = st.lists(
    st.tuples(
        st.integers(0, 1000),
        st.frozensets(st.sampled_from("abcd"), min_size=1, max_size=2),
        st.frozensets(st.sampled_from("abcd"), max_size=2),
        st.integers(0, 100),
        st.sampled_from([1, 60]),
    ),
    max_size=8,
    unique_by=lambda one: one[0],
)


@given(members, st.randoms(use_true_random=False))
def test_everybody_is_placed_once_in_whatever_order_they_are_given(
    given_members: list[tuple[int, frozenset[str], frozenset[str], int, int]], chance: random.Random
) -> None:
    start = datetime(2026, 1, 28, tzinfo=UTC)
    made = [
        Member(
            id=str(number),
            names=names,
            credits=credits,
            begins=start + timedelta(minutes=begins),
            ends=start + timedelta(minutes=begins + minutes),
            arrived=number,
        )
        for number, names, credits, begins, minutes in given_members
    ]
    placed = in_order(made)
    assert sorted(one.id for one in placed) == sorted(one.id for one in made)
    chance.shuffle(made)
    assert in_order(made) == placed
