"""What the normalizer costs for each article of plain text, told per step; and for pages in HTML, told apart."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pytest

from services.normalizer import language
from services.normalizer.attribution import credits_of
from services.normalizer.boilerplate import observe
from services.normalizer.lines import read_lines
from services.normalizer.normalize import clean, credit_places, normalize, normalize_lines, warm_up
from services.normalizer.page import read_page
from shared.contracts import RawArticle
from shared.text.urls import canonical_url
from tests.unit.normalizer.articles import BODY, NOTICE, NOW_MS, TITLE
from tests.unit.normalizer.extraction import by_us, expected_pages

ROUNDS = 40
MOST_US = 3000
"""Microseconds at the median on one core: ten times the aim, so that only a blunder fails on a slow machine."""
MOST_PAGE_US = 100_000

URL = "https://www.city.example/news/2025/03/1?utm_source=a"
PAGES = list(expected_pages())
SYNDICATED = "\n".join(
    [TITLE, NOTICE, *(f"{paragraph} {number}" for number in range(2) for paragraph in BODY), "محليات"]
)


def article(title: str, text: str) -> RawArticle:
    return RawArticle(source="city.example", url=URL, title=title, text=text, published_at="2025-03-09T10:20:30Z")


def as_scraped(title: str, text: str) -> RawArticle:
    """A page's text as a plain one: its title first, in paragraphs and of a length as news has at the median.

    (1,500 characters in 9 lines, of 41,622 articles of 1,900 sites.)
    """
    lines = [f"{line} {number}" for number in range(4) for line in text.split("\n")]
    paragraphs = [" ".join(lines[place : place + 2]) for place in range(0, len(lines), 2)]
    return article(title, "\n".join([title, *paragraphs]))


def median_us(work: Callable[[], object]) -> float:
    """Thread time, so that what else the machine does is not counted."""
    times: list[int] = []
    for _ in range(ROUNDS):
        start = time.thread_time_ns()
        work()
        times.append(time.thread_time_ns() - start)
    return statistics.median(times) / 1000


def steps(raw: RawArticle) -> dict[str, float]:
    """Microseconds of each step that is looked at apart, and of the whole."""
    title, text = raw.title or "", raw.text or ""
    cleaned = clean(title, text, source=raw.source)
    places = credit_places(cleaned)
    done = normalize_lines(raw, received_ms=NOW_MS, version="benchmark", now=0)
    works: dict[str, Callable[[], object]] = {
        "lines": lambda: read_lines(text),
        "clean": lambda: clean(title, text, source=raw.source),
        "credits": lambda: credits_of(cleaned.lines, raw.source, places),
        "language": lambda: language.identify(title, text),
        "address": lambda: canonical_url(URL),
        "whole": lambda: normalize(raw, received_ms=NOW_MS, version="benchmark", now=0),
        "boilerplate": lambda: observe(done.article, done.story, 0),
    }
    return {name: median_us(work) for name, work in works.items()}


@pytest.mark.timeout(600)
def test_an_article_of_plain_text_is_cheap() -> None:
    warm_up()
    articles = [as_scraped(page.title, by_us(page)) for page in PAGES]
    measured = [steps(raw) for raw in articles]
    syndicated = steps(article(TITLE, SYNDICATED))
    characters = statistics.median(len(raw.text or "") for raw in articles)
    print(f"\nmicroseconds at the median of {len(articles)} articles of {characters:.0f} characters; clean holds lines")
    figures = {name: statistics.median(of[name] for of in measured) for name in syndicated}
    for name, us in figures.items():
        print(f"{name:<12} {us:6.0f}   with a syndication notice {syndicated[name]:6.0f}")
    assert figures["whole"] < MOST_US


@pytest.mark.timeout(600)
def test_a_page_is_cheap_enough() -> None:
    warm_up()
    figures = {page.name: median_us(lambda page=page: read_page(page.html)) for page in PAGES}  # type: ignore[misc]
    print("\nmicroseconds of a page", *(f"{name:<16} {us:6.0f}" for name, us in figures.items()), sep="\n")
    assert statistics.median(figures.values()) < MOST_PAGE_US
