"""What a person sees who measures or trains."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from services.classifier.evaluate import evaluate_countries, evaluate_topics
from services.classifier.labelled import LabelledArticle, LabelledDataError
from services.classifier.training.__main__ import main
from tests.unit.classifier.samples import MATCH, RATES, VISIT


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    rows = [
        LabelledArticle(source="a", lang="ar", primary="pol", countries=["SY", "RU"], title=VISIT[0], text=VISIT[1]),
        LabelledArticle(source="b", lang="en", primary="spo", title=MATCH[0], text=MATCH[1]),
        LabelledArticle(source="c", lang="fr", primary="ebf", title=RATES[0], text=RATES[1]),
        LabelledArticle(source="c", lang="fr", primary="none", title="x", text="y"),
    ]
    path = tmp_path / "labelled.jsonl"
    path.write_bytes(b"\n".join(map(msgspec.json.encode, rows)))
    return path


def test_topics_are_measured_and_told_as_tables(labelled: Path) -> None:
    evaluation = evaluate_topics(labelled)
    assert evaluation.figures.accuracy == 1
    assert (evaluation.figures.articles, evaluation.seen) == (3, False)
    assert set(evaluation.by_language) == {"fr", "ar", "en"}
    lines = str(evaluation).splitlines()
    assert lines[0].split()[:4] == ["language", "articles", "accuracy", "macro-F1"]
    assert lines[1].split()[:3] == ["all", "3", "1.000"]
    assert any(line.startswith("pol ") for line in lines)


def test_a_threshold_changes_what_is_answered(labelled: Path) -> None:
    assert evaluate_topics(labelled, threshold=0).figures.coverage == 1
    assert evaluate_topics(labelled, threshold=1).figures.coverage == 0


def test_countries_are_measured_and_told_as_a_table(labelled: Path) -> None:
    evaluation = evaluate_countries(labelled)
    assert evaluation.by_language["ar"].f1 == 1
    assert evaluation.by_language["en"].exact == 1
    assert str(evaluation).splitlines()[1].split()[:2] == ["all", "4"]


def test_a_file_that_is_no_labelled_data_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("not json\n")
    with pytest.raises(LabelledDataError, match="line 1"):
        evaluate_topics(tmp_path / "x.jsonl")


def test_training_says_what_it_misses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KHABAR_DATA", raising=False)
    assert main(["--data", str(tmp_path), "--output", str(tmp_path)]) == 1
    assert "annotated_iptc" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([])
    assert "KHABAR_DATA" in capsys.readouterr().err
