"""The quality gate's floors: what sinks is named, and nothing is lowered untold."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.classifier.evaluate import CountryEvaluation, TopicEvaluation
from services.classifier.figures import ClassFigures, CountryFigures, TopicFigures
from services.classifier.weights import CARD_FILE, MODEL_DIR, load_card
from tests.quality.classifier import floors
from tests.quality.classifier.floors import FEWEST, MARGIN, SMALL_MARGIN, Floor, Measured, below, figures, read_floors


def reached(f1: float, *, articles: int = FEWEST) -> Measured:
    topics = TopicFigures(
        articles=articles, accuracy=f1, macro_f1=f1, either=f1, top2=f1, calibration_error=0.01,
        precision_at_coverage=f1, coverage=f1, precision_at_threshold=f1,
    )  # fmt: skip
    one = ClassFigures(articles=articles, precision=f1, recall=f1, f1=f1)
    countries = CountryFigures(articles=articles, precision=f1, recall=f1, f1=f1, exact=f1)
    return Measured(
        TopicEvaluation(topics, {"ar": topics}, {"pol": one}, 0.8, "digest", seen=False),
        CountryEvaluation(countries, {"ar": countries}, "digest", seen=False),
    )


def test_what_sinks_is_named() -> None:
    floor = Floor("topics", "ar", "accuracy", 0.7)
    assert below([floor], [Floor("topics", "ar", "accuracy", 0.7)]) == []
    assert below([floor], [Floor("topics", "ar", "accuracy", 0.699)]) == [
        "topics, ar: accuracy is 0.699, it was at least 0.7"
    ]
    assert below([floor], []) == ["topics, ar: accuracy is no longer measured; it was at least 0.7"]


def test_few_articles_have_no_floor() -> None:
    assert {figure.row for figure in figures(reached(0.8))} == {"all", "ar", "pol"}
    assert list(figures(reached(0.8, articles=FEWEST - 1))) == []


def test_floors_rise_by_themselves_and_sink_only_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(floors, "FLOORS_FILE", tmp_path / "floors.json")

    def raise_to(f1: float, *options: str) -> int:
        monkeypatch.setattr(floors, "measure", lambda _: reached(f1))
        return floors.main([str(tmp_path), *options])

    assert raise_to(0.8) == 0
    assert {floor.least for floor in read_floors().floors} == {0.8 - MARGIN, 0.8 - SMALL_MARGIN}
    before = (tmp_path / "floors.json").read_bytes()
    assert raise_to(0.7) == 1
    assert "say --lower" in capsys.readouterr().out
    assert (tmp_path / "floors.json").read_bytes() == before
    assert raise_to(0.9) == 0
    assert raise_to(0.7, "--lower") == 0
    assert raise_to(0.7, "--else", "x") == 2


def test_every_language_and_topic_of_the_card_has_a_floor() -> None:
    card, committed = load_card(MODEL_DIR / CARD_FILE), read_floors()
    assert committed.digest == card.data_digest
    rows = {(floor.what, floor.row) for floor in committed.floors}
    assert {("topics", row) for row in ("all", *card.by_language, *card.by_topic)} <= rows
    assert {("countries", row) for row in ("all", *card.by_language)} <= rows
