"""Bytes become the text that was written, whatever encoding they are in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalizer.decoding import decode
from tests.unit.normalizer.articles import BODY

ARABIC = "افتتح محافظ المدينة صباح اليوم جسراً جديداً فوق النهر بعد عامين من العمل"
RUSSIAN = "Губернатор открыл новый мост через реку после двух лет работы"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(ARABIC, "utf-8"), (ARABIC, "utf-8-sig"), (ARABIC, "utf-16"), (RUSSIAN, "utf-8"), ("déjà vu", "utf-8")],
)
def test_unicode_tells_itself(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (ARABIC, "cp1256", "windows-1256"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        ("“déjà”", "cp1252", "iso-8859-1"),
    ],
)
def test_the_page_declares_its_encoding(text: str, encoding: str, name: str) -> None:
    page = f'<html><head><meta charset="{name}"></head><body>{text}</body></html>'
    assert decode(page.encode(encoding)) == page
    assert decode(text.encode(encoding), declared=name) == text


def test_a_false_declaration_does_not_harm_utf_8() -> None:
    page = f'<meta charset="windows-1256">{ARABIC}'
    assert decode(page.encode()) == page


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("\n".join(BODY), "cp1256"), (f"{RUSSIAN}. Движение по мосту начнётся в понедельник утром. {RUSSIAN}.", "cp1251")],
)
def test_an_encoding_that_nothing_declares_is_guessed(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@given(st.binary(max_size=300), st.none() | st.text(max_size=12))
def test_no_bytes_raise(body: bytes, declared: str | None) -> None:
    decode(body, declared).encode("utf-8")
