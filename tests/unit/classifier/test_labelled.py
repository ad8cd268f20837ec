"""Labelled files: read whole or refused with the line, and split so that no source is on both sides."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.classifier.labelled import FOLDS, LabelledArticle, LabelledDataError, folds_by_source, read_labelled

LINE = b'{"source": "s", "lang": "ar", "primary": "pol", "title": "t", "text": "x", "more": 1}\n'


def test_plain_and_gzipped_files_are_the_same_data(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(LINE * 2)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(LINE * 2))
    assert read_labelled(tmp_path / "a.jsonl") == read_labelled(tmp_path / "a.jsonl.gz")


@pytest.mark.parametrize("bad", [b"{", b'{"source": "s"}', b'{"source": 1, "lang": "ar", "primary": "pol"}'])
def test_a_bad_line_is_named(tmp_path: Path, bad: bytes) -> None:
    (tmp_path / "a.jsonl").write_bytes(LINE + bad + b"\n")
    with pytest.raises(LabelledDataError, match="line 2"):
        read_labelled(tmp_path / "a.jsonl")


def test_an_empty_file_is_no_data(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\n")
    with pytest.raises(LabelledDataError, match="no labelled articles"):
        read_labelled(tmp_path / "a.jsonl")


@given(st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=60))
def test_a_source_is_in_one_fold_only(sources: list[str]) -> None:
    articles = [LabelledArticle(source=source, lang="ar", primary="pol") for source in sources]
    folds = folds_by_source(articles)
    assert len(set(zip(sources, folds, strict=True))) == len(set(sources))
    assert len(set(folds)) == min(FOLDS, len(set(sources)))
