"""The topic service that the classifier's README shows is started and asked, as an operator would."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import services.classifier
from services.classifier.chosen_model import chosen_topic_model
from services.classifier.model_files import CardedTopicModel
from services.classifier.stage import Classifier
from services.cli.in_process import InProcess
from services.cli.results import line_coordinates
from shared.contracts import ClassifiedArticle, EnrichedArticle, RawArticle
from shared.outcomes import Publish, Received, TransientError
from shared.settings import Settings
from tests.unit.classifier.samples import MATCH, article

README = Path(services.classifier.__file__).with_name("README.md")
LAST_LINE = 'ThreadingHTTPServer(("127.0.0.1", 9100), Topics).serve_forever()'
# A free port instead of the README's, told on standard output once questions can be asked.
TELLING = (
    'server = ThreadingHTTPServer(("127.0.0.1", 0), Topics)\nprint(server.server_port, flush=True)\n'
    "server.serve_forever()"
)


@pytest.fixture(scope="module")
def example() -> str:
    code = README.read_text("utf-8").partition("```python\n")[2].partition("```")[0]
    assert LAST_LINE in code
    return code.replace(LAST_LINE, TELLING)


@pytest.fixture
def url(example: str) -> Iterator[str]:
    server = subprocess.Popen(
        [sys.executable, "-c", example], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{int(server.stdout.readline())}/"
    finally:
        server.terminate()
        server.communicate()


def test_the_example_is_short(example: str) -> None:
    assert len([line for line in example.splitlines() if line.strip()]) <= 25


async def test_enriching_asks_the_service_of_the_setting(url: str) -> None:
    title, text = MATCH
    raw = RawArticle(source="a.example", title=title, text=text, url="https://a.example/1")
    (result,) = await InProcess(Settings(topics_endpoint=url)).enrich([Received(raw, line_coordinates(1), 0)])
    assert isinstance(result, Publish)
    assert isinstance(result.article, EnrichedArticle)
    assert [(topic.slug, topic.score) for topic in result.article.topics] == [("spo", 0.9)]


async def test_the_same_batch_is_tried_again_once_the_service_is_there(url: str) -> None:
    model = chosen_topic_model(Settings(topics_endpoint="http://127.0.0.1:9/"))
    batch = [Received(article(*MATCH, language="en"), line_coordinates(1), 0)]
    with pytest.raises(TransientError):
        await Classifier(lambda: 0.0, model=model).process(batch)
    there = chosen_topic_model(Settings(topics_endpoint=url))
    (outcome,) = await asyncio.wait_for(Classifier(lambda: 0.0, model=there).process(batch), 60)
    assert isinstance(outcome, Publish)
    assert isinstance(outcome.article, ClassifiedArticle)
    assert [topic.slug for topic in outcome.article.topics] == ["spo"]


def test_without_the_setting_the_built_in_model_is_taken() -> None:
    assert isinstance(chosen_topic_model(Settings()), CardedTopicModel)
