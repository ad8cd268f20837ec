"""What an operator relies on when he looks at a dashboard."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.grafana.__main__ import DASHBOARDS, text, written
from deploy.grafana.panels import COLUMNS, Panel, Query, Row, Step, dashboard
from shared.metrics import REGISTRY, metric_names
from shared.topics import AGENTS
from tests.programs import PROMTOOL, needed_program
from tests.unit.deploy.project import PROJECT, compose
from tests.unit.deploy.promql import bare_metrics, metrics, selectors

FILES: dict[str, Any] = {path.name: json.loads(path.read_text("utf-8")) for path in DASHBOARDS.glob("*.json")}
PANELS = [
    pytest.param(panel, id=panel["title"])
    for board in FILES.values()
    for panel in board["panels"]
    if panel["type"] != "row"
]
QUERIES = [target["expr"] for panel in PANELS for target in panel.values[0]["targets"]]  # type: ignore[index]


def test_the_files_are_those_that_the_code_writes() -> None:
    for path, board in written().items():
        assert path.read_text("utf-8") == text(board), "run `python -m deploy.grafana`"
    assert {path.name for path in written()} == set(FILES)


@pytest.mark.parametrize("expr", QUERIES)
def test_queries_ask_only_for_metrics_that_there_are(expr: str) -> None:
    assert metrics(expr)
    assert {name for name in metrics(expr) if name != "up"} <= metric_names()


@pytest.mark.parametrize("expr", QUERIES)
def test_queries_ask_only_for_our_own_processes(expr: str) -> None:
    assert bare_metrics(expr) == []
    assert all('job="khabar"' in selector for selector in selectors(expr))


def test_prometheus_understands_every_query(tmp_path: Path) -> None:
    rules = [{"record": "checked", "expr": expr.replace("$__rate_interval", "1m")} for expr in QUERIES]
    file = tmp_path / "queries.rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}), "utf-8")
    command = [needed_program(PROMTOOL), "check", "rules", "--lint=none", str(file)]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_everything_that_is_measured_is_shown() -> None:
    shown = {name for expr in QUERIES for name in metrics(expr)}
    hidden = [
        family.name
        for family in REGISTRY.collect()
        if family.name.startswith("khabar_")
        and not any(name.startswith(family.name) and name in _samples(family.name, family.type) for name in shown)
    ]
    assert hidden == [], "show it on a dashboard, or stop measuring it"


def _samples(name: str, kind: str) -> set[str]:
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(kind, ("",))
    return {name + suffix for suffix in suffixes}


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_says_what_good_looks_like_and_what_to_do(panel: dict[str, Any]) -> None:
    subject, colon, good = panel["title"].partition(": ")
    assert subject
    assert colon
    assert good
    assert len(panel["description"]) > 40
    assert panel["fieldConfig"]["defaults"]["unit"]


@pytest.mark.parametrize("panel", PANELS)
def test_every_line_has_a_name(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        grouped = set(itertools.chain(*(by.split(", ") for by in re.findall(r"by \(([^)]*)\)", target["expr"]))))
        assert target["legendFormat"]
        assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= grouped


@pytest.mark.parametrize("board", FILES.values(), ids=FILES)
def test_panels_neither_overlap_nor_leave_the_page(board: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = set(
            itertools.product(
                range(place["x"], place["x"] + place["w"]),
                range(place["y"], place["y"] + place["h"]),
            )
        )
        assert place["x"] + place["w"] <= COLUMNS
        assert not cells & taken
        taken |= cells
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_the_stages_stand_in_the_order_of_the_stream() -> None:
    first = [panel for panel in FILES["overview.json"]["panels"] if re.match(r"\d\. ", panel["title"])]
    assert [panel["title"].split()[1].rstrip(":") for panel in first] == [agent.name for agent in AGENTS]
    assert len({panel["gridPos"]["y"] for panel in first}) == 1
    assert [panel["gridPos"]["x"] for panel in first] == sorted(panel["gridPos"]["x"] for panel in first)


def test_grafana_opens_with_the_overview_and_finds_prometheus() -> None:
    grafana: dict[str, Any] = compose()["services"]["grafana"]
    home = grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    folder = _provisioned("dashboards/khabar.yml")["providers"][0]["options"]["path"]
    assert home == f"{folder}/overview.json"
    assert f"./deploy/grafana/dashboards:{folder}:ro" in grafana["volumes"]
    [source] = _provisioned("datasources/prometheus.yml")["datasources"]
    assert source["isDefault"]
    assert source["url"].startswith("http://prometheus:")


def test_rates_are_taken_over_as_long_as_scrapes_need() -> None:
    [source] = _provisioned("datasources/prometheus.yml")["datasources"]
    scraped = yaml.safe_load((PROJECT / "deploy/prometheus/prometheus.yml").read_text("utf-8"))
    assert source["jsonData"]["timeInterval"] == scraped["global"]["scrape_interval"]


def _provisioned(file: str) -> Any:
    return yaml.safe_load((PROJECT / "deploy/grafana/provisioning" / file).read_text("utf-8"))


def _panel(width: int) -> Panel:
    return Panel("a: b", "", "none", (Query("up", "x"),), width=width, height=3, steps=(Step(1, "red"),))


def test_a_panel_that_does_not_fit_goes_to_the_next_line() -> None:
    board: dict[str, Any] = dashboard("u", "t", "d", [Row("q", (_panel(16), _panel(8), _panel(1)))])
    assert [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in board["panels"]] == [(0, 0), (0, 1), (16, 1), (0, 4)]
