from __future__ import annotations

from services.cache.facets import SEPARATOR, Duplicates, Filter, facets_of
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
    assert Filter(source="صحيفة المثال").matches("0" * 32, facets)
    assert not Filter(source="صحيفة اخرى").matches("0" * 32, facets)


def test_no_facet_holds_what_separates_facets() -> None:
    assert not any(SEPARATOR in facet for facet in facets_of(enriched(source="a\0b\x01c")))


def test_all_that_is_asked_must_hold() -> None:
    facets = facets_of(enriched(topics=("pol",), countries=("SY",)))
    assert Filter(language="EN", topic="pol", country="sy", source="EXAMPLE WIRE").matches("0" * 32, facets)
    assert not Filter(topic="pol", country="EG").matches("0" * 32, facets)


def test_duplicates_are_shown_hidden_or_asked_for_alone() -> None:
    first = enriched("first")
    new, copied = facets_of(first), facets_of(enriched("copy", duplicate=copy_of(first)))
    seen = {
        duplicates: [Filter(duplicates=duplicates).matches("0" * 32, facets) for facets in (new, copied)]
        for duplicates in CHOICES
    }
    assert seen == {"show": [True, True], "hide": [True, False], "only": [False, True]}


def test_a_group_takes_in_the_article_that_it_is_named_by() -> None:
    first = enriched("first")
    assert Filter(group=first.id).matches(first.id, facets_of(first))
    assert not Filter(group=first.id).matches(enriched("other").id, facets_of(enriched("other")))
