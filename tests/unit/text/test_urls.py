"""Canonical urls: notations of one page meet, pages stay apart, and nothing raises."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.text.urls import canonical_url

PAGE = "https://example.com/news/1"


@pytest.mark.parametrize(
    "notation",
    [
        "https://example.com/news/1",
        "http://example.com/news/1",
        "HTTPS://WWW.Example.COM:443/news/1/",
        "http://example.com:80//news/./x/../1#comments",
        "https://m.example.com/news/1?utm_source=a&utm_medium=b&fbclid=c",
        "https://amp.example.com/news/1/amp/",
        "https://example.com/news/1.amp?amp=1",
        "https://example-com.cdn.ampproject.org/c/s/example.com/news/1",
        "https://www.google.com/amp/s/example.com/news/1",
        "https://user:secret@example.com./news/%31",
        " example.com/news/1\n",
        "//example.com/news/1",
    ],
)
def test_notations_of_one_page_meet(notation: str) -> None:
    assert canonical_url(notation) == PAGE


@pytest.mark.parametrize(
    "other",
    [
        "https://example.com/news/2",
        "https://example.com/News/1",
        "https://example.com:8080/news/1",
        "https://example.com/news/1?page=2",
        "https://example.com/news%2F1",
        "https://blog.example.com/news/1",
        "https://example.com/#/news/1",
        "https://example.org/news/1",
    ],
)
def test_other_pages_stay_apart(other: str) -> None:
    assert canonical_url(other) not in {None, PAGE}


def test_arabic_addresses_are_one_in_all_their_notations() -> None:
    canonical = "https://xn--mgbh0fb.example.com/%D8%AE%D8%A8%D8%B1"
    assert canonical_url("http://مثال.example.com/خبر") == canonical
    assert canonical_url("http://xn--mgbh0fb.example.com/%d8%ae%D8%A8%D8%B1/") == canonical


def test_the_order_of_parameters_does_not_matter_but_their_values_do() -> None:
    assert canonical_url("https://a.example/?b=2&a=1") == canonical_url("https://a.example/?a=1&b=2&")
    assert canonical_url("https://a.example/?a=1") != canonical_url("https://a.example/?a=2")


@pytest.mark.parametrize(
    "text",
    ["", "/news/1", "mailto:a@example.com", "javascript:alert(1)", "ftp://example.com/a", "http://[::1", "http://"],
)
def test_what_is_no_web_address_has_no_canonical_form(text: str) -> None:
    assert canonical_url(text) is None


def test_a_host_whose_name_begins_like_a_twin_is_kept() -> None:
    assert canonical_url("https://mobile.de/x") == "https://mobile.de/x"
    assert canonical_url("https://m.co.uk/x") == "https://m.co.uk/x"


ADDRESS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["http://", "https://", "//", "", "HTTP://www.", "https://m."]),
    st.sampled_from(
        ["example.com", "خبر.example", "a.b.example:80", "x.cdn.ampproject.org", "www.google.com", "[::1]"]
    ),
    st.sampled_from(["", "/", "/c/s/", "/amp/s/", "/amp", "/a.amp.html", "//", "/./../"]),
    st.text(),
)


@settings(max_examples=1000)
@given(st.one_of(st.text(st.characters(exclude_categories=[])), ADDRESS))
def test_never_raises_and_is_stable(text: str) -> None:
    once = canonical_url(text)
    if once is not None:
        assert once.isascii()
        assert canonical_url(once) == once
