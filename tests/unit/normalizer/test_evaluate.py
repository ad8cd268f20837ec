"""Figures of cleaning: what counts as found, as wrong and as lost, in all and by language."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from services.normalizer.evaluate import Counts, evaluate_cleaning
from tests.unit.normalizer.articles import BODY, NOTICE, TITLE

EN = ("The council opened the bridge over the river on Monday, after two years.", "It cost less than was planned.")
ARABIC = {
    "lang": "ar",
    "source": "city.example",
    "title": TITLE,
    "text": "\n".join([NOTICE, *BODY, "سطر لا تعرفه القواعد أبداً"]),
    "not_story": [{"line": 1, "kind": "notice"}, {"line": 5, "kind": "promo"}],
    "credits": [{"kind": "syndication", "name": "nahrnews"}],
}
ENGLISH = {
    "source": "city.example",
    "title": "Bridge opened",
    "text": "\n".join([*EN, "Share on Facebook"]),
    "not_story": [],
    "credits": [{"kind": "agency", "name": "AFP"}],
}


def test_figures_in_all_and_by_language(tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    file.write_bytes(b"\n".join(map(orjson.dumps, (ARABIC, ENGLISH))))
    report = evaluate_cleaning(file)
    assert report.all.lines == Counts(right=1, wrong=1, missed=1)
    assert report.credits_by_kind == {"agency": Counts(0, 0, 1), "syndication": Counts(1, 0, 0)}
    assert set(report.by_language) == {"ar", "en"}
    arabic, english = report.by_language["ar"], report.by_language["en"]
    assert (arabic.lines.recall, arabic.lost, arabic.credits.f1) == (0.5, 0.0, 1.0)
    letters = sum(map(str.isalpha, "".join([*EN, "Share on Facebook"])))
    assert english.lost == pytest.approx(1000 * len("ShareonFacebook") / letters)
    assert "en               1   1.000      0.000" in str(report)


def test_a_line_that_is_no_labelled_article_is_named(tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    file.write_bytes(b'{"source": "a"}')
    with pytest.raises(ValueError, match=r"labelled\.jsonl, line 1: .* expected source"):
        evaluate_cleaning(file)


def test_nothing_there_and_nothing_found_is_no_fault() -> None:
    nothing = Counts(0, 0, 0)
    assert (nothing.precision, nothing.recall, nothing.f1) == (1.0, 1.0, 1.0)
    assert Counts(0, 1, 0).f1 == 0.0
