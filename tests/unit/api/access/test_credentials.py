from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.access.admission import NOTHING, Credential
from services.api.access.credentials import BadCredentialError, shown
from services.api.access.key import digest_of, new_key

KEY = new_key()
AS_KEY = Credential("key", KEY.digest)
BEARER = f"Bearer {KEY.text}"


def basic(text: str) -> str:
    return f"Basic {b64encode(text.encode()).decode()}"


@pytest.mark.parametrize("reading", [True, False])
@pytest.mark.parametrize("header", [BEARER, f"bearer {KEY.text}", f"BEARER    {KEY.text} "])
def test_a_key_is_shown_by_its_header(header: str, reading: bool) -> None:
    assert shown([header], None, reading=reading) == AS_KEY


def test_what_a_browser_sends_by_itself_is_good_for_reading_alone() -> None:
    assert shown([basic(f"reader:{KEY.text}")], None, reading=True) == AS_KEY
    assert shown([], "secret", reading=True) == Credential("session", digest_of("secret"))
    assert shown([basic(f"reader:{KEY.text}")], "secret", reading=False) == NOTHING


def test_a_header_wins_over_a_cookie() -> None:
    assert shown([BEARER], "secret", reading=True) == AS_KEY
    assert shown([basic(f":{KEY.text}")], "secret", reading=True) == AS_KEY


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", f"Bearer {KEY.text[:-1]}", f"Bearer {KEY.text} {KEY.text}"])
def test_a_key_that_cannot_be_one_is_told(header: str) -> None:
    with pytest.raises(BadCredentialError):
        shown([header], "secret", reading=True)


def test_of_two_keys_none_counts() -> None:
    with pytest.raises(BadCredentialError):
        shown([BEARER, BEARER], None, reading=True)


@pytest.mark.parametrize("header", ["", "Basic", "Basic !", basic("reader:word"), basic(KEY.text), "Digest a=b"])
def test_what_may_be_meant_for_a_proxy_is_left_alone(header: str) -> None:
    assert shown([header], None, reading=True) == NOTHING


@pytest.mark.parametrize(("characters", "kind"), [(100, "session"), (101, "none"), (0, "none")])
def test_a_cookie_that_is_none_of_ours_is_left_alone(characters: int, kind: str) -> None:
    assert shown([], "a" * characters, reading=True).kind == kind


@given(st.lists(st.text(max_size=80), max_size=3), st.none() | st.text(max_size=120), st.booleans())
def test_any_header_is_read_without_failing(headers: list[str], session: str | None, reading: bool) -> None:
    assert shown([header for header in headers if header[:6].lower() != "bearer"], session, reading=reading)
