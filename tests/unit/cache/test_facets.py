from __future__ import annotations

import pytest

from services.cache.facets import SEPARATOR, Duplicates, Filter, facets_of, published_ms
from shared.contracts import Published
from tests.articles import copy_of, enriched

CHOICES: tuple[Duplicates, ...] = ("show", "hide", "only")


def test_an_article_is_found_by_everything_it_has() -> None:
    first = enriched("first")
    article = enriched("copy", topics=("pol", "cwp"), countries=("SY", "LB"), duplicate=copy_of(first))
    assert facets_of(article) == (
        "language:en",
        "source:example wire",
        "topic:pol",
        "topic:cwp",
        "country:SY",
        "country:LB",
        f"group:{first.id}",
        "duplicate",
    )


def test_a_source_is_compared_without_case_marks_and_spacing() -> None:
    facets = facets_of(enriched(source="  صحيفةُ   المِثال "))
    assert Filter(source="صحيفة المثال").matches("0" * 32, facets, None)
    assert not Filter(source="صحيفة اخرى").matches("0" * 32, facets, None)


def test_no_facet_holds_what_separates_facets() -> None:
    assert not any(SEPARATOR in facet for facet in facets_of(enriched(source="a\0b\x01c")))


def test_all_that_is_asked_must_hold() -> None:
    facets = facets_of(enriched(topics=("pol",), countries=("SY",)))
    assert Filter(language="EN", topic="pol", country="sy", source="EXAMPLE WIRE").matches("0" * 32, facets, None)
    assert not Filter(topic="pol", country="EG").matches("0" * 32, facets, None)


def test_duplicates_are_shown_hidden_or_asked_for_alone() -> None:
    first = enriched("first")
    new, copied = facets_of(first), facets_of(enriched("copy", duplicate=copy_of(first)))
    seen = {
        duplicates: [Filter(duplicates=duplicates).matches("0" * 32, facets, None) for facets in (new, copied)]
        for duplicates in CHOICES
    }
    assert seen == {"show": [True, True], "hide": [True, False], "only": [False, True]}


def test_a_group_takes_in_the_article_that_it_is_named_by() -> None:
    first = enriched("first")
    assert Filter(group=first.id).matches(first.id, facets_of(first), None)
    assert not Filter(group=first.id).matches(enriched("other").id, facets_of(enriched("other")), None)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999Z", -1),
        ("2026-01-28T08:30:00.123Z", 1_769_589_000_123),
        ("2026-01-28T10:30:00.123+02:00", 1_769_589_000_123),
        ("2026-01-28T08:30:00.123", 1_769_589_000_123),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000),
        ("28 January", None),
    ],
)
def test_published_times_are_exact_to_the_millisecond_and_without_a_zone_utc(at: str, expected: int | None) -> None:
    article = enriched(published=Published(at=at, precision="second", method="producer"))
    assert published_ms(article) == expected


@pytest.mark.parametrize(
    ("published", "since", "until", "expected"),
    [
        (5, None, None, True),
        (None, None, None, True),
        (None, 0, None, False),
        (5, 5, None, True),
        (4, 5, None, False),
        (5, None, 5, True),
        (6, None, 5, False),
        (5, 5, 5, True),
        (5, 6, 4, False),
    ],
)
def test_published_times_are_asked_for_with_both_ends(
    published: int | None, since: int | None, until: int | None, expected: bool
) -> None:
    wanted = Filter(published_from_ms=since, published_to_ms=until)
    assert wanted.matches("0" * 32, (), published) is expected
