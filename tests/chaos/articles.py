"""Raw articles to let flow: real ones from the data folder where there is one, else the samples, varied."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import orjson

from deploy.samples import ARTICLES

DATA = "KHABAR_DATA"  # folder of real articles for training, tuning and load; not part of the project
ONE_DAY = Path("stream") / "one_day_20191118_h10-h17.jsonl.gz"


def flowing_articles(count: int) -> list[bytes]:
    """That many raw articles, as JSON; the same at each call."""
    folder = os.environ.get(DATA)
    values = _real(Path(folder) / ONE_DAY) if folder else _varied_samples()
    return list(islice(values, count))


def _real(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as lines:
        yield from (line.strip() for line in lines)


def _varied_samples() -> Iterator[bytes]:
    """The samples over and over; each round under other addresses, and every third with words of its own."""
    samples = [orjson.loads(line) for line in ARTICLES.read_bytes().splitlines()]
    round_number = 0
    while True:
        for place, sample in enumerate(samples):
            article = dict(sample)
            if "url" in article:
                article["url"] = f"{article['url']}/{round_number}"
            else:
                article["external_id"] = f"{place}/{round_number}"
            if place % 3 == 0 and "text" in article:
                words = article["text"].split(" ")
                words[round_number % len(words)] += f" {round_number}"
                article["text"] = " ".join(words)
            yield orjson.dumps(article)
        round_number += 1
