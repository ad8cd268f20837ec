"""Just enough of PromQL to name what a query selects."""

from __future__ import annotations

import re

_SELECTOR = re.compile(r"\b([a-zA-Z_:][a-zA-Z0-9_:]*)\{[^}]*\}")
_BARE_METRIC = re.compile(r"\b((?:khabar|process)_\w+|up)\b(?!\{)")


def selectors(expr: str) -> list[str]:
    """Every `metric{labels}` in it."""
    return [found[0] for found in _SELECTOR.finditer(expr)]


def metrics(expr: str) -> list[str]:
    """The metric of each selector."""
    return _SELECTOR.findall(expr)


def bare_metrics(expr: str) -> list[str]:
    """Metrics that are named without any label: those of every job."""
    return _BARE_METRIC.findall(re.sub(r'"[^"]*"', '""', expr))
