from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import services.cache.body
from services.cache.body import pack, unpack
from shared.contracts import encode
from tests.articles import enriched


@given(st.binary(max_size=2000))
def test_what_was_kept_is_served_byte_by_byte(body: bytes) -> None:
    assert unpack(pack(body)) == body


def test_a_short_article_is_kept_in_less_than_half_its_size() -> None:
    body = encode(enriched(text="هطلت أمطار غزيرة على الساحل صباح اليوم، وأغلقت المدارس أبوابها."))
    assert len(pack(body)) < len(body) / 2


def test_a_body_of_a_later_form_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="kept in form 02"):
        unpack(b"\x02" + pack(b"{}")[1:])


def test_the_dictionary_holds_no_article() -> None:
    """Only what the contract itself says: no letter outside of ASCII, and no title or text."""
    envelopes = Path(services.cache.body.__file__).with_name("envelopes_1.json").read_bytes()
    assert envelopes.isascii()
    assert set(re.findall(rb'"(?:title|text|source|outlet|evidence)":("[^"]*")', envelopes)) == {b'""'}
