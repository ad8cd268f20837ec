"""What a dashboard of ours is made of, and the JSON that Grafana reads; says nothing about what is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Json = dict[str, object]
Kind = Literal["timeseries", "stat", "state-timeline"]

COLUMNS = 24  # of Grafana's grid
SCHEMA_VERSION = 39  # Grafana 11's; newer ones bring it up to their own when they read it
_DATASOURCE: Json = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL expression, and the name of its lines (`{{label}}` is replaced by the label's value)."""

    expr: str
    legend: str


@dataclass(frozen=True, slots=True)
class Step:
    """From this value on, in the panel's unit, the colour."""

    value: float
    colour: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture: `title` says what good looks like, `description` what to do when it is not so.

    `unit` is one of Grafana's unit ids; `width` is in columns of 24; `steps` colour values from the lowest up.
    """

    title: str
    description: str
    unit: str
    queries: tuple[Query, ...]
    kind: Kind = "timeseries"
    width: int = 8
    height: int = 8
    stacked: bool = False
    maximum: float | None = None
    steps: tuple[Step, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    """What to write instead of a value: ("0", "no")."""


@dataclass(frozen=True, slots=True)
class Row:
    """A question and the panels that answer it, from left to right."""

    question: str
    panels: tuple[Panel, ...]


def dashboard(uid: str, title: str, description: str, rows: Sequence[Row]) -> Json:
    """The JSON of a dashboard that refreshes by itself and shows the last half hour."""
    return {
        "uid": uid,
        "title": title,
        "description": description,
        "tags": ["khabar"],
        "editable": False,
        "graphTooltip": 1,  # one cross-hair through all panels
        "refresh": "10s",
        "schemaVersion": SCHEMA_VERSION,
        "time": {"from": "now-30m", "to": "now"},
        "timezone": "browser",
        "templating": {"list": [_datasource_choice()]},
        "annotations": {"list": []},
        "panels": list(_placed(rows)),
    }


def _datasource_choice() -> Json:
    return {"type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "hide": 0}


def _placed(rows: Sequence[Row]) -> Iterator[Json]:
    """Rows under each other; in a row from left to right, in a new line where the next does not fit."""
    number, top = 0, 0
    for row in rows:
        number += 1
        yield {
            "id": number,
            "type": "row",
            "title": row.question,
            "collapsed": False,
            "gridPos": {"x": 0, "y": top, "w": COLUMNS, "h": 1},
            "panels": [],
        }
        top, left, tallest = top + 1, 0, 0
        for panel in row.panels:
            if left + panel.width > COLUMNS:
                top, left, tallest = top + tallest, 0, 0
            number += 1
            yield _panel(number, panel, {"x": left, "y": top, "w": panel.width, "h": panel.height})
            left, tallest = left + panel.width, max(tallest, panel.height)
        top += tallest


def _panel(number: int, panel: Panel, place: Json) -> Json:
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": _DATASOURCE,
        "gridPos": place,
        "targets": [_target(index, panel, query) for index, query in enumerate(panel.queries)],
        "fieldConfig": {"defaults": _field(panel), "overrides": []},
        "options": _options(panel),
    }


def _target(index: int, panel: Panel, query: Query) -> Json:
    return {
        "refId": chr(ord("A") + index),
        "datasource": _DATASOURCE,
        "expr": query.expr,
        "legendFormat": query.legend,
        "instant": panel.kind == "stat",
        "range": panel.kind != "stat",
    }


def _field(panel: Panel) -> Json:
    first: Json = {"color": "green", "value": None}
    field: Json = {
        "unit": panel.unit,
        "min": 0,
        "thresholds": {
            "mode": "absolute",
            "steps": [first, *({"color": step.colour, "value": step.value} for step in panel.steps)],
        },
        "mappings": [
            {"type": "value", "options": {value: {"text": text} for value, text in panel.words}},
        ]
        if panel.words
        else [],
        "custom": _custom(panel),
    }
    if panel.steps:
        field["color"] = {"mode": "thresholds" if panel.kind != "timeseries" else "palette-classic"}
    if panel.maximum is not None:
        field["max"] = panel.maximum
    return field


def _custom(panel: Panel) -> Json:
    match panel.kind:
        case "timeseries":
            return {
                "fillOpacity": 40 if panel.stacked else 8,
                "showPoints": "never",
                "stacking": {"mode": "normal" if panel.stacked else "none"},
                "thresholdsStyle": {"mode": "dashed" if panel.steps else "off"},
            }
        case "state-timeline":
            return {"fillOpacity": 70, "lineWidth": 0}
        case "stat":
            return {}


def _options(panel: Panel) -> Json:
    match panel.kind:
        case "timeseries":
            return {
                "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
                "tooltip": {"mode": "multi", "sort": "desc"},
            }
        case "state-timeline":
            return {"mergeValues": True, "showValue": "never", "legend": {"displayMode": "list", "showLegend": False}}
        case "stat":
            return {
                "reduceOptions": {"calcs": ["lastNotNull"], "values": False},
                "colorMode": "background",
                "graphMode": "none",
                "textMode": "value_and_name" if len(panel.queries) > 1 or "{{" in panel.queries[0].legend else "value",
            }
