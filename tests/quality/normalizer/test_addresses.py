"""Addresses of two real streams: one page's meet, two pages' never do."""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from shared.text.urls import canonical_url

STREAM_FILES = "stream/*.jsonl.gz"  # in the data folder


def addresses(data: Path) -> Iterator[tuple[str, str]]:
    """Source and url of every article."""
    for file in sorted(data.glob(STREAM_FILES)):
        for line in gzip.decompress(file.read_bytes()).splitlines():
            row = orjson.loads(line)
            yield row["source"], row["url"]


def test_only_notations_of_one_page_are_merged(data: Path) -> None:
    pages: dict[tuple[str, str], set[str]] = defaultdict(set)
    for source, url in addresses(data):
        canonical = canonical_url(url)
        assert canonical is not None, url
        assert canonical_url(canonical) == canonical
        pages[source, canonical].add(url)
    assert pages, f"no stream in {data}"
    merged = [urls for urls in pages.values() if len(urls) > 1]
    print(f"\n{len(pages)} pages, of which {len(merged)} are written in several ways")
    for urls in merged:
        assert len({(urlsplit(url).hostname, urlsplit(url).path.rstrip("/")) for url in urls}) == 1, urls
