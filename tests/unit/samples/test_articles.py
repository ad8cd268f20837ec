"""The sample articles are what their README promises to a new user."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from email.utils import parsedate_to_datetime
from typing import get_args

import pytest

from shared.contracts import RawArticle, TopicSlug
from tests.unit.samples import catalogue
from tests.unit.samples.catalogue import Related

ARTICLES = catalogue.articles()

# Names of the vocabulary in JSON-LD, not addresses that anything opens.
VOCABULARIES = {"schema.org"}


def _words(article: RawArticle) -> list[str]:
    folded = unicodedata.normalize("NFKC", article.text or "").casefold()
    ascii_digits = "".join(str(unicodedata.decimal(char, char)) for char in folded)
    return re.findall(r"\w+", ascii_digits)


def _five_grams(article: RawArticle) -> set[tuple[str, ...]]:
    words = _words(article)
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}


def _shares(pair: Related) -> tuple[float, float]:
    """The share of the other that is found here, and the share of this one that is found in the other."""
    here, other = _five_grams(ARTICLES[pair.line]), _five_grams(ARTICLES[pair.of])
    return len(here & other) / len(other), len(here & other) / len(here)


def _related(relation: str) -> list[Related]:
    pairs = [pair for pair in catalogue.related() if pair.relation == relation]
    assert pairs
    return pairs


def _language(number: int) -> str:
    """The declared language; of the two pages in HTML, the one of the page."""
    article = ARTICLES[number]
    if article.language:
        return article.language.split("-")[0]
    page = re.search(r'<html lang="(\w+)"', article.html or "")
    assert page
    return page[1]


def test_every_line_is_a_raw_article_in_readable_utf_8() -> None:
    assert len(ARTICLES) >= 72
    assert not any(rb"\u" in line for line in catalogue.article_lines())


def test_languages_are_as_many_as_the_readme_counts_and_most_articles_are_arabic() -> None:
    counted = Counter(_language(number) for number in ARTICLES)
    table = {name.split("`")[1]: counts[0] for name, counts in catalogue.numbered("Languages").items()}
    assert dict(counted) == table
    assert len(counted) >= 10
    assert counted["ar"] > len(ARTICLES) / 2


SCRIPTS = {
    "ar": "ARABIC",
    "fa": "ARABIC",
    "ur": "ARABIC",
    "ckb": "ARABIC",
    "he": "HEBREW",
    "ru": "CYRILLIC",
    "zh": "CJK",
}


@pytest.mark.parametrize("number", ARTICLES)
def test_the_declared_language_is_written_in_its_script(number: int) -> None:
    article = ARTICLES[number]
    letters = [char for char in article.text or re.sub("<[^>]+>|{.*}", "", article.html or "") if char.isalpha()]
    script = SCRIPTS.get(_language(number), "LATIN")
    assert sum(unicodedata.name(char).startswith(script) for char in letters) > 0.75 * len(letters)


def test_most_articles_have_the_length_of_real_news() -> None:
    spaced = [article for number, article in ARTICLES.items() if _language(number) != "zh" and article.text]
    assert sum(100 <= len(_words(article)) <= 350 for article in spaced) > 0.9 * len(spaced)


def test_copies_repeat_most_of_the_other_under_another_source_and_title() -> None:
    pairs = _related("copy")
    assert len(pairs) >= 6
    for pair in pairs:
        assert ARTICLES[pair.line].source != ARTICLES[pair.of].source
        assert ARTICLES[pair.line].title != ARTICLES[pair.of].title
        assert _shares(pair)[0] > 0.75, pair


def test_the_excerpt_is_contained_in_the_other_and_leaves_out_half_of_it() -> None:
    for pair in _related("excerpt"):
        found_here, found_there = _shares(pair)
        assert found_here < 0.5 < 0.9 < found_there


def test_the_extension_contains_the_other_and_adds_to_it() -> None:
    for pair in _related("extension"):
        found_here, found_there = _shares(pair)
        assert found_there < 0.7 < 0.9 < found_here


def test_a_revision_keeps_source_and_url_and_changes_title_or_text() -> None:
    changed = set()
    for pair in _related("revision"):
        later, earlier = ARTICLES[pair.line], ARTICLES[pair.of]
        assert pair.line > pair.of
        assert (later.source, later.url) == (earlier.source, earlier.url)
        changed.add("title" if later.title != earlier.title else "text")
        assert later.text != earlier.text
    assert changed == {"title", "text"}


def test_an_article_pushed_twice_is_the_same_bytes() -> None:
    lines = catalogue.article_lines()
    for pair in _related("unchanged"):
        assert lines[pair.line - 1] == lines[pair.of - 1]


def test_serial_templates_share_words_but_are_no_copies() -> None:
    for pair in _related("different"):
        assert 0 < max(_shares(pair)) < 0.5
        assert ARTICLES[pair.line].url != ARTICLES[pair.of].url


def test_no_line_repeats_an_address_but_revisions_and_what_was_pushed_twice() -> None:
    again = {pair.line for pair in catalogue.related() if pair.relation in ("revision", "unchanged")}
    addresses = [article.url for number, article in ARTICLES.items() if article.url and number not in again]
    assert len(addresses) == len(set(addresses))


@pytest.mark.parametrize("number", catalogue.numbered("Shapes")["syndication notice, disclaimer and category lines"])
def test_a_notice_stands_between_title_and_story_and_quotes_the_original_title(number: int) -> None:
    article = ARTICLES[number]
    assert article.text
    assert article.title
    lines = [line for line in article.text.splitlines() if line]
    assert lines[0] == article.title
    assert re.search('["«“].+["»”]', lines[1])
    categories = lines[-3:]
    assert all(len(line.split()) <= 3 for line in categories)
    assert len(set(categories)) < 3


def test_shapes_are_where_the_readme_says() -> None:
    shapes = {name: [ARTICLES[number] for number in lines] for name, lines in catalogue.numbered("Shapes").items()}
    for page in shapes["whole page in HTML: navigation, JSON-LD, OpenGraph, footer"]:
        assert page.html
        assert all(part in page.html for part in ("<nav", "application/ld+json", "og:title", "<footer", "<article>"))
    for article in shapes["identity by external id"]:
        assert (article.url, bool(article.external_id)) == (None, True)
    for article in shapes["identity by content: neither url nor external id"]:
        assert (article.url, article.external_id) == (None, None)
    for article in shapes["title that opens with a Latin word"]:
        assert re.match("[A-Za-z]+", article.title or "")
    for article in shapes["both directions mixed in one line"]:
        assert len(re.findall("[A-Za-z]{3,}", article.text or "")) >= 5
    for article in shapes["under 40 words"]:
        assert 0 < len((article.text or "").split()) < 40
    for article in shapes["title repeated as a line of the text"]:
        assert article.title in (article.text or "").splitlines()
    for article in shapes["fields that the contract does not know"]:
        assert article.extra
    for article in shapes["tracking parameters in the url"]:
        assert "utm_source=" in (article.url or "")


def test_one_page_in_html_is_right_to_left_and_one_is_english() -> None:
    pages = [article.html for article in ARTICLES.values() if article.html]
    assert [bool(re.search('<html lang="ar" dir="rtl">', page)) for page in pages].count(True) == 1
    assert ['<html lang="en">' in page for page in pages].count(True) == 1


def test_dates_are_in_the_notation_that_the_readme_names() -> None:
    table = catalogue.numbered("Notations of `published_at`")
    given = {name: [ARTICLES[number].published_at or "" for number in lines] for name, lines in table.items()}
    assert all(re.match(r"\d{4}-\d\d-\d\d", raw) for raw in given["ISO 8601"])
    assert all(parsedate_to_datetime(raw).year == 2026 for raw in given["RFC 2822"])
    assert sorted(len(raw) for raw in given["epoch, in seconds and in milliseconds"]) == [10, 13]
    assert all(re.search("[٠-٩]", raw) for raw in given["Arabic-Indic digits"])
    assert all("تشرين الثاني" in raw for raw in given["Levantine month"] if "2026" in raw)
    assert all("نونبر" in raw for raw in given["Maghrebi month (نونبر)"])
    assert all(re.search("جمادى الآخرة (1448|١٤٤٨)", raw) for raw in given["Hijri calendar"])
    assert all("۱۴۰۵" in raw for raw in given["solar Hijri calendar, Iranian and Afghan months"])
    assert given["missing"] == [""] * len(given["missing"])
    assert all(ARTICLES[number].fetched_at for number in table["relative to the time of fetching"])


def test_every_topic_of_the_iptc_has_an_example() -> None:
    assert list(catalogue.numbered("Topics")) == list(get_args(TopicSlug))
    assert all(catalogue.numbered("Topics").values())


def test_every_article_has_a_topic_or_is_related_to_one_that_has() -> None:
    with_topic = {number for lines in catalogue.numbered("Topics").values() for number in lines}
    of = {pair.line: pair.of for pair in catalogue.related()}
    assert {number for number in ARTICLES if number not in with_topic and of.get(number) not in with_topic} == set()


@pytest.mark.parametrize("line", [*catalogue.article_lines(), *catalogue.poison_lines()])
def test_addresses_are_reserved_ones(line: bytes) -> None:
    text = line.decode()
    hosts = re.findall(r"https?://([^/\\\s\"'<>]+)", text) + re.findall(r"[\w.]+@([\w-]+\.[\w.-]+\w)", text)
    hosts += re.findall(r"\b(?:[a-z0-9-]+\.)+(?:com|net|org|info|tv|news|example)\b", text)
    assert {host for host in hosts if not host.endswith(".example")} <= VOCABULARIES
