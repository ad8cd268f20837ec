from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

import services.api.page.interface as interface
from services.api.page.interface import INTERFACES, choose
from shared.contracts import Published, TopicSlug
from shared.contracts.articles import Precision

FILE = tomllib.loads(Path(interface.__file__).with_name("interface.toml").read_text("utf-8"))
AT = "2026-01-28T08:05:09Z"


def test_both_languages_say_everything() -> None:
    assert FILE["en"].keys() == FILE["ar"].keys()
    blanks = {code: {name for name, words in part.items() if not words} for code, part in FILE.items()}
    assert blanks == {"en": set(), "ar": set()}


@pytest.mark.parametrize("code", ["en", "ar"])
def test_what_is_filled_in_is_the_same_in_both(code: str) -> None:
    for name, words in FILE[code].items():
        if isinstance(words, str):
            assert set(re.findall(r"{\w+}", words)) == set(re.findall(r"{\w+}", FILE["en"][name])), name


@pytest.mark.parametrize("code", ["en", "ar"])
def test_every_topic_and_every_plural_form_has_its_words(code: str) -> None:
    page = INTERFACES[code]
    assert set(page.topics) == set(get_args(TopicSlug))
    for number in (0, 1, 2, 3, 11, 100, 1.5):
        assert page.locale.plural_form(number) in page.new
        assert page.locale.plural_form(number) in page.mentions


def test_arabic_counts_as_arabic_does() -> None:
    arabic = INTERFACES["ar"]
    said = [arabic.count(arabic.new, number) for number in (1, 2, 3, 11, 100)]
    assert said == ["مقال جديد واحد", "مقالان جديدان", "3 مقالات جديدة", "11 مقالًا جديدًا", "100 مقال جديد"]


@pytest.mark.parametrize(
    ("asked", "accepted", "expected"),
    [
        (None, "", "en"),
        (None, "ar", "ar"),
        (None, "ar-SY,ar;q=0.9,en;q=0.8", "ar"),
        (None, "fr-FR,fr;q=0.9,ar;q=0.2,en;q=0.8", "en"),
        (None, "ar;q=0,en", "en"),
        (None, "ar;q=nonsense", "en"),
        (None, ";;;,,,q=,=;q=nan", "en"),
        ("ar", "en", "ar"),
        ("en", "ar", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_browsers(asked: str | None, accepted: str, expected: str) -> None:
    assert choose(asked, accepted).code == expected


@pytest.mark.parametrize(
    ("precision", "english", "arabic", "clock", "day"),
    [
        ("second", "28 January 2026, 08:05:09", "28 يناير 2026، 08:05:09", "08:05", "28 Jan 2026"),
        ("minute", "28 January 2026, 08:05", "28 يناير 2026، 08:05", "08:05", "28 Jan 2026"),
        ("hour", "28 January 2026, 08:00", "28 يناير 2026، 08:00", "08:00", "28 Jan 2026"),
        ("day", "28 January 2026", "28 يناير 2026", "", "28 Jan 2026"),
        ("month", "January 2026", "يناير 2026", "", "Jan 2026"),
        ("year", "2026", "2026", "", "2026"),
    ],
)
def test_a_date_is_never_more_exact_than_it_is_known(
    precision: Precision, english: str, arabic: str, clock: str, day: str
) -> None:
    published = Published(at=AT, precision=precision, method="producer")
    assert INTERFACES["en"].date(published) == english
    assert INTERFACES["ar"].date(published) == arabic
    assert (INTERFACES["en"].clock(published), INTERFACES["en"].day(published)) == (clock, day)


def test_names_are_in_the_interface_language_and_codes_where_there_is_none() -> None:
    assert INTERFACES["ar"].country("SY") == "سوريا"
    assert INTERFACES["en"].language("ckb") == "Central Kurdish"
    assert INTERFACES["en"].language("xx-nonsense") == "xx-nonsense"


def test_every_word_is_said_by_a_template_or_by_its_code() -> None:
    """A word that nothing says is one that was renamed on one side only."""
    folder = Path(interface.__file__).parent
    sources = "".join(file.read_text("utf-8") for file in (*folder.glob("*.py"), *folder.glob("templates/*.html")))
    prefixes = set(re.findall(r"'(\w+_)' \+|word\(f[\"'](\w+_)\{", sources))
    built = tuple(part for pair in prefixes for part in pair if part)
    ends = ("_title", "_text")
    unsaid = {
        name
        for name, words in FILE["en"].items()
        if isinstance(words, str)
        and not re.search(rf"\bt\.{name}\b|[\"']{name}[\"']", sources)
        and not name.startswith(built)
        and not name.endswith(ends)
    }
    assert unsaid == set()
