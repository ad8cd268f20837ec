"""What the normalizer costs for each article of plain text, told per step."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from services.normalizer import language
from services.normalizer.attribution import credits_of
from services.normalizer.lines import read_lines
from services.normalizer.normalize import clean, credit_places, normalize, warm_up
from shared.contracts import RawArticle
from tests.unit.normalizer.articles import BODY, NOTICE, NOW_MS, TITLE

ROUNDS = 300
MOST_US = 3000
"""Microseconds at the median on one core: ten times the aim, so that only a blunder fails on a slow machine."""

TEXT = "\n".join([TITLE, NOTICE, *(f"{paragraph} {number}" for number in range(2) for paragraph in BODY), "محليات"])
ARTICLE = RawArticle(
    source="city.example",
    url="https://city.example/1?utm_source=a",
    title=TITLE,
    text=TEXT,
    published_at="2025-03-09T10:20:30Z",
)


def median_us(work: Callable[[], object]) -> float:
    """Thread time, so that what else the machine does is not counted."""
    times: list[int] = []
    for _ in range(ROUNDS):
        start = time.thread_time_ns()
        work()
        times.append(time.thread_time_ns() - start)
    return statistics.median(times) / 1000


def test_an_article_of_plain_text_is_cheap() -> None:
    warm_up()
    cleaned = clean(TITLE, TEXT)
    places = credit_places(cleaned)
    steps: dict[str, Callable[[], object]] = {
        "lines": lambda: read_lines(TEXT),
        "clean": lambda: clean(TITLE, TEXT),
        "credits": lambda: credits_of(cleaned.lines, "city.example", places),
        "language": lambda: language.identify(TITLE, TEXT),
        "whole": lambda: normalize(ARTICLE, received_ms=NOW_MS, version="benchmark", now=0),
    }
    figures = {name: median_us(work) for name, work in steps.items()}
    print(f"\n{len(TEXT)} characters", *(f"{name:<9} {us:6.0f} us" for name, us in figures.items()), sep="\n")
    assert figures["whole"] < MOST_US
