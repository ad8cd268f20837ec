"""What topics and countries cost for each article, told per step; how long loading takes and how much memory.

With KHABAR_DATA the articles are real ones, else varied samples. The ratio to folding the same articles, which every
stage does in some form, is what can be compared between machines.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import orjson

from services.classifier.countries.finder import load_country_finder
from services.classifier.model_files import load_topic_model
from services.classifier.reading import read
from services.classifier.stage import ARTICLES_AT_ONCE, Classifier
from services.normalizer import language
from shared.contracts import NormalizedArticle
from shared.text.match_key import fold
from tests.chaos.articles import flowing_articles
from tests.unit.classifier.samples import article

ROUNDS = 25
MOST_US = 2500
"""Microseconds of an article on one core: ten times the aim, so that only a blunder fails on a slow machine."""
MOST_LOADING_SECONDS = 10.0
"""Of processor time: ten times the aim."""
MOST_MIB = 250.0
"""The aim itself: memory does not depend on how busy the machine is."""

LOADING = """
import time
from services.classifier.stage import Classifier
from tests.benchmarks.processes import usage
from tests.benchmarks.test_classifier import articles
import os
batch = articles()
before = usage(os.getpid()).peak_mib
started = time.process_time()
classifier = Classifier(lambda: 0.0)
seconds = time.process_time() - started
for _ in range(3):
    classifier.classify(batch)
print(seconds, before, usage(os.getpid()).peak_mib)
"""


def articles() -> list[NormalizedArticle]:
    """A batch as the stream gives it."""
    rows = [orjson.loads(value) for value in flowing_articles(2 * ARTICLES_AT_ONCE)]
    told = [(row.get("title") or "", row.get("text") or "", row.get("url")) for row in rows]
    return [
        article(title, text, language=language.identify(title, text).code, url=url) for title, text, url in told if text
    ][:ARTICLES_AT_ONCE]


def median_us(work: Callable[[], object], count: int) -> float:
    """Thread time of one article, so that what else the machine does is not counted."""
    times: list[int] = []
    for _ in range(ROUNDS):
        start = time.thread_time_ns()
        work()
        times.append(time.thread_time_ns() - start)
    return statistics.median(times) / 1000 / count


def test_topics_and_countries_are_cheap() -> None:
    batch = articles()
    model, finder, classifier = load_topic_model(), load_country_finder(), Classifier(lambda: 0.0)
    tokens = read(batch)
    steps: dict[str, Callable[[], object]] = {
        "folding alone": lambda: [fold(one.text) for one in batch],
        "read": lambda: read(batch),
        "topics": lambda: model.probabilities(tokens),
        "countries": lambda: finder.find(tokens),
        "whole stage": lambda: classifier.classify(batch),
    }
    figures = {name: median_us(work, len(batch)) for name, work in steps.items()}
    characters = statistics.mean(len(one.title) + len(one.text) for one in batch)
    print(f"\n{len(batch)} articles, {characters:.0f} characters on average")
    print(*(f"{name:<14} {us:6.0f} us" for name, us in figures.items()), sep="\n")
    print(f"whole stage by folding alone: {figures['whole stage'] / figures['folding alone']:.2f}")
    assert figures["whole stage"] < MOST_US


def test_loading_is_quick_and_memory_small() -> None:
    told = subprocess.run([sys.executable, "-c", LOADING], capture_output=True, text=True, check=True).stdout.split()
    seconds, before, peak = map(float, told)
    print(f"\nloaded in {seconds:.2f} s of processor time; {peak:.0f} MiB at most, {before:.0f} of them before loading")
    assert seconds < MOST_LOADING_SECONDS
    assert peak < MOST_MIB
