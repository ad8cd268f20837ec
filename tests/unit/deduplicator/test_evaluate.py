"""The table on labelled pairs, and floors that do not sink unseen."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from services.deduplicator.evaluate import evaluate_pairs, main, read_pairs
from tests.quality.deduplicator.floors import Floor, below, measured
from tests.unit.deduplicator.samples import prose


def pair(name: str, a: str, b: str, relation: str, confidence: str = "high") -> dict[str, object]:
    return {
        "id": name,
        "lang": "en",
        "a": {"title": "One title", "text": a, "source": "one", "words": 9},
        "b": {"title": "Another title", "text": b, "source": "two"},
        "relation": relation,
        "confidence": confidence,
    }


PAIRS = [
    pair("p1", prose(1), prose(1), "copy"),
    pair("p2", prose(1) + "\n" + prose(2), prose(1), "a_extends_b"),
    pair("p3", prose(1), prose(1) + "\n" + prose(2), "b_extends_a"),
    pair("p4", prose(1), prose(2), "different"),
    pair("p5", prose(1), prose(2), "copy", "low"),
    pair("p6", prose(1), prose(1), "partial", "low"),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(json.dumps(one) for one in PAIRS).encode()))
    return path


def test_figures(file: Path) -> None:
    report = evaluate_pairs(file)
    assert (report.all.pairs, report.high.pairs) == (6, 4)
    assert (report.high.f1, report.high.answers, report.high.found) == (1.0, 1.0, 1.0)
    assert report.all.precision == report.all.recall == report.all.f1 == report.all.found == 3 / 4
    assert report.all.answers == 4 / 6
    assert report.languages == (), "six pairs of a language say nothing about it"


def test_prints_the_table_and_what_was_wrong(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(file)]) == 0
    said = capsys.readouterr().out
    assert "high confidence 4 1.000" in " ".join(said.split())
    assert "p5: copy (low), said none" in said
    assert "p6: partial (low), said copy" in said
    assert main([]) == 2


def test_a_line_that_is_no_pair_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text(json.dumps(PAIRS[0]) + '\n{"id": "p2"}\n')
    with pytest.raises(ValueError, match=r"pairs\.jsonl, line 2: .*missing required field `a`"):
        read_pairs(path)


def test_a_figure_at_its_floor_is_not_below_it(file: Path) -> None:
    now = measured(evaluate_pairs(file))
    assert below(now, now) == []
    higher = [Floor(one.row, one.figure, one.least + 0.001) for one in now]
    assert len(below(higher, now)) == len(now)
    assert below([Floor("fr", "f1", 0.5)], now) == ["fr, f1: not measured, floor 0.5"]
