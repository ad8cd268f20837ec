from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.page.interface import INTERFACES
from services.api.page.query import BadQueryError, WireQuery, wire_query
from services.api.page.views import LEAD_CHARACTERS, TITLE_CHARACTERS, beginning, filter_group, web_address, wire_item
from services.cache.cursor import Cursor
from services.cache.facets import Filter
from services.cache.reading import FacetValue
from tests.articles import copy_of, enriched


@given(st.text(max_size=600))
def test_a_lead_is_one_line_of_bounded_length_from_the_start_of_the_text(text: str) -> None:
    lead = beginning(text, LEAD_CHARACTERS)
    assert len(lead) <= LEAD_CHARACTERS + 1
    assert "\n" not in lead
    assert " ".join(text.split()).startswith(lead.removesuffix("…").rstrip())


def test_a_lead_is_cut_between_words_at_its_limit() -> None:
    whole = "word " * (LEAD_CHARACTERS // 5)
    assert beginning(whole, LEAD_CHARACTERS) == whole.strip()
    assert beginning("a" * LEAD_CHARACTERS, LEAD_CHARACTERS) == "a" * LEAD_CHARACTERS
    assert beginning("a" * (LEAD_CHARACTERS + 1), LEAD_CHARACTERS) == "a" * LEAD_CHARACTERS + "…"
    assert beginning("word " * 100, LEAD_CHARACTERS).endswith("word…")


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "data:text/html,x", "//wire.example", " https://x"])
def test_only_a_web_address_becomes_a_link(url: str | None) -> None:
    assert web_address(url) is None
    assert web_address("https://wire.example/a") == "https://wire.example/a"


def test_an_item_without_title_is_called_so() -> None:
    assert wire_item(enriched(title=" "), INTERFACES["ar"], None).title == "بلا عنوان"


def test_links_carry_the_interface_language_on() -> None:
    item = wire_item(enriched(source="صحيفة & co"), INTERFACES["ar"], "ar")
    assert item.href.endswith("?ui=ar")
    assert item.source.href == "/?source=%D8%B5%D8%AD%D9%8A%D9%81%D8%A9+%26+co&ui=ar"


def test_the_address_of_the_wire_says_what_is_shown() -> None:
    cursor = Cursor("ab", 7, 1)
    address = "/?language=ar&topic=pol&before=" + cursor.encode() + "&ui=en"
    query = wire_query([part.split("=") for part in address[2:].split("&")])  # type: ignore[misc]
    assert query == WireQuery((("language", "ar"), ("topic", "pol")), cursor, "en")
    assert query.address == address
    assert query.wanted == Filter(language="ar", topic="pol")
    assert query.together
    assert query.having("topic", None).address == "/?language=ar&ui=en"
    assert query.having("country", "SY").address == "/?language=ar&topic=pol&country=SY&ui=en"


def test_what_a_form_leaves_empty_and_what_is_unknown_does_not_count() -> None:
    assert wire_query([("language", ""), ("utm_source", "x"), ("ui", "fr")]) == WireQuery()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "../x"),
        ("topic", "politics"),
        ("country", "SYR"),
        ("group", "1"),
        ("duplicates", "some"),
        ("before", "x"),
    ],
)
def test_what_cannot_be_asked_is_refused(name: str, value: str) -> None:
    with pytest.raises(BadQueryError, match=name):
        wire_query([(name, value)])


def test_a_chosen_value_leads_back_and_counts_are_told_only_where_they_hold() -> None:
    values = [FacetValue("ar", "ar", 5), FacetValue("en", "en", 2)]
    alone = filter_group("language", values, ["Arabic", "English"], "Languages", WireQuery())
    assert [choice.count for choice in alone.shown] == [5, 2]
    chosen = filter_group("language", values, ["Arabic", "English"], "Languages", WireQuery((("language", "ar"),)))
    assert [(choice.chosen, choice.href, choice.count) for choice in chosen.shown] == [
        (True, "/", None),
        (False, "/?language=en", None),
    ]


def test_a_copy_is_marked() -> None:
    first = enriched("first")
    assert wire_item(enriched("copy", duplicate=copy_of(first)), INTERFACES["en"], None).relation == "copy"


def test_a_page_that_was_taken_for_a_title_does_not_fill_the_wire() -> None:
    item = wire_item(enriched(title="word " * 100_000, source="outlet " * 60), INTERFACES["en"], None)
    assert len(item.title) <= TITLE_CHARACTERS + 1
    assert item.source.label.endswith("…")
    assert item.source.href.count("outlet") == 60


def test_the_browser_guesses_a_direction_only_where_the_language_is_not_known() -> None:
    assert wire_item(enriched(language="und"), INTERFACES["en"], None).direction == "auto"
    assert wire_item(enriched(language="fa", direction="rtl"), INTERFACES["en"], None).direction == "rtl"


@pytest.mark.parametrize("given", [("duplicates", "show"), ("duplicates", "only"), ("group", "0" * 32)])
def test_copies_stand_by_themselves_where_the_address_asks_for_them(given: tuple[str, str]) -> None:
    assert wire_query([]).together
    assert not wire_query([given]).together
