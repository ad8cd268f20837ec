"""Every question of the dashboard is put to a real Prometheus that scraped the running services."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import pytest

from deploy.grafana.__main__ import DASHBOARDS
from deploy.samples import ARTICLES, POISON
from tests.end_to_end.dashboard.prometheus_server import PrometheusUnderTest, Target
from tests.servers.services import Services, fetch
from tests.unit.deploy.project import SERVICES
from tests.unit.deploy.promql import selectors

pytestmark = pytest.mark.end_to_end

WAIT_SECONDS = 90.0
POLL_SECONDS = 0.5
RATE_INTERVAL = "1m"  # what Grafana puts for $__rate_interval

NOWHERE = "https://localhost:1/"  # no public address: every try fails before it leaves the machine

# Exists only once the api has failed; here everything works. The query shows 0 for it.
ONLY_AFTER_FAULTS = 'status=~"5..'


@dataclass(frozen=True, slots=True)
class Question:
    """One query of a panel, ready to be asked, and the name its lines are given."""

    panel: str
    expr: str
    legend: str


def _questions() -> list[Question]:
    boards = [json.loads(path.read_text("utf-8")) for path in sorted(DASHBOARDS.glob("*.json"))]
    return [
        Question(panel["title"], target["expr"].replace("$__rate_interval", RATE_INTERVAL), target["legendFormat"])
        for board in boards
        for panel in board["panels"]
        for target in panel.get("targets", [])
    ]


QUESTIONS = _questions()
SELECTORS = sorted({selector for question in QUESTIONS for selector in selectors(question.expr)})


@pytest.fixture(scope="module")
def prometheus(stack: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusUnderTest]:
    """Has scraped every service before, while and after articles of all kinds came through."""
    folder = tmp_path_factory.mktemp("dashboard")
    prometheus = PrometheusUnderTest(folder, [Target(service.name, service.health) for service in stack.all])
    prometheus.server.start()
    try:
        _let_articles_flow(stack, prometheus, folder)
        yield prometheus
    finally:
        prometheus.server.stop()


@pytest.fixture(scope="module")
def answered(prometheus: PrometheusUnderTest) -> frozenset[Question]:
    """The questions that were answered with data once articles had come through, while their rates can be seen."""
    found: set[Question] = set()

    def all_are() -> bool:
        found.update(question for question in QUESTIONS if question not in found and _has_data(prometheus, question))
        return len(found) == len(QUESTIONS)

    _until(all_are)
    return frozenset(found)


def _has_data(prometheus: PrometheusUnderTest, question: Question) -> bool:
    """Whether a line is a number and has every label that its name is made of."""
    labels = set(re.findall(r"\{\{(\w+)\}\}", question.legend))
    return any(line.is_number and labels <= set(line.labels) for line in prometheus.ask(question.expr))


def _let_articles_flow(stack: Services, prometheus: PrometheusUnderTest, folder: Path) -> None:
    """In two parts with a scrape between them: a rate is seen only where a counter grew from one scrape to another."""
    stack.khabar("webhooks", "add", NOWHERE)
    key = stack.key("write")
    for part in ("one", "two"):
        before = _applied(prometheus)
        stack.khabar("push", str(_samples_of_another_outlet(folder, part)))
        stack.khabar("push", "--unchecked", str(POISON))
        _post(f"{stack.page}/v1/articles", key, {"source": "dashboard", "text": f"خبر من لوحة المراقبة {part}"})
        assert fetch(f"{stack.page}/v1/articles")[0] == HTTPStatus.OK
        _until(lambda: _applied(prometheus) > before)  # noqa: B023 - called before the next turn


def _samples_of_another_outlet(folder: Path, name: str) -> Path:
    """The samples as articles that nobody pushed before, so that they come through to the cache."""
    raw = [json.loads(line) for line in ARTICLES.read_text("utf-8").splitlines()]
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps({**each, "source": f"{each['source']} {name}"}) + "\n" for each in raw), "utf-8")
    return path


def _post(url: str, key: str, body: object) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
        assert answer.status == HTTPStatus.ACCEPTED


def _applied(prometheus: PrometheusUnderTest) -> float:
    return sum(line.value for line in prometheus.ask('khabar_articles_total{stage="cache"}'))


def _until(is_so: Callable[[], bool]) -> None:
    """Returns when it is so, or after WAIT_SECONDS all the same: the tests then say what is missing."""
    until = time.monotonic() + WAIT_SECONDS
    while not is_so() and time.monotonic() < until:
        time.sleep(POLL_SECONDS)


def test_every_service_is_scraped(prometheus: PrometheusUnderTest) -> None:
    up = {line.labels["service"]: line.value for line in prometheus.ask('up{job="khabar"}')}
    assert up == dict.fromkeys(SERVICES, 1.0)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: f"{question.panel} [{question.legend}]")
def test_every_query_gives_data(answered: frozenset[Question], question: Question) -> None:
    assert question in answered


@pytest.mark.parametrize("selector", SELECTORS)
def test_what_is_asked_for_was_measured(prometheus: PrometheusUnderTest, selector: str) -> None:
    """The queries show 0 for what is missing, so that alone would hide a label that no service sets."""
    if ONLY_AFTER_FAULTS not in selector:
        assert prometheus.ask(selector)
