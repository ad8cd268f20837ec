"""The examples for consumers in docs/examples, each run as it stands."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from playwright.async_api import async_playwright

from shared.contracts import EnrichedArticle, encode
from shared.settings import Settings
from shared.stream.topic_admin import create_topics
from shared.topics import ENRICHED
from tests.articles import enriched
from tests.integration.api.conftest import Running
from tests.integration.cache.arrivals import Arrivals
from tests.programs import CHROMIUM, CURL, KCAT, needed_program

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "examples"
# Without what a proxy of the machine would add: the api is on it.
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
TITLE = "خبر \u2028 <b>"


async def output_of(*command: str | Path, cwd: Path) -> list[bytes]:
    """The lines that the program prints until it ends."""
    process = await asyncio.create_subprocess_exec(*command, cwd=cwd, env=ENVIRONMENT, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    assert process.returncode == 0
    return printed.splitlines()


def arabic(*names: str) -> list[EnrichedArticle]:
    return [enriched(name, language="ar", direction="rtl", title="خبر عاجل") for name in names]


async def test_curl_gets_everything_once_and_goes_on_the_next_time(
    running: Running, arrivals: Arrivals, tmp_path: Path
) -> None:
    needed_program(CURL)
    command = ("sh", EXAMPLES / "everything.sh", running.server.url, "language=ar&limit=2")
    seen: list[str] = []
    for names in ("abcde", "f", ""):
        await arrivals.apply(enriched("other"), *arabic(*names))
        for page in await output_of(*command, cwd=tmp_path):
            seen += [article["id"] for article in orjson.loads(page)["articles"]]
    assert seen == [article.id for article in arabic(*"abcdef")]


async def test_the_python_client_goes_on_where_it_was(running: Running, arrivals: Arrivals, tmp_path: Path) -> None:
    command = (sys.executable, EXAMPLES / "client.py", running.server.url, "cursor")
    seen: list[str] = []
    for names in ("abc", "d"):
        await arrivals.apply(*arabic(*names))
        seen += [line.decode().split()[0] for line in await output_of(*command, cwd=tmp_path)]
    assert seen == [article.id for article in arabic(*"abcd")]


async def test_a_browser_follows_what_arrives(running: Running, arrivals: Arrivals) -> None:
    program = needed_program(CHROMIUM)
    await arrivals.apply(enriched("a", title=TITLE))
    script = (EXAMPLES / "follow.mjs").read_text("utf-8").replace("export ", "")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page()
        await page.goto(running.server.url)
        await page.evaluate(
            "() => {" + script + "window.seen = [];"
            "follow('/v1/stream?since=0', (article, id) => window.seen.push([article.title, id.length > 0]));}"
        )
        await arrivals.apply(enriched("b", title="Rain"))
        await page.wait_for_function("window.seen.length === 2")
        assert await page.evaluate("window.seen") == [[TITLE, True], ["Rain", True]]
        await browser.close()


@pytest.fixture
async def topic(settings: Settings) -> str:
    """The enriched topic with two articles, and one between them that was taken back."""
    await create_topics(settings)
    name = settings.topic(ENRICHED.name)
    options: dict[str, Any] = {"bootstrap_servers": settings.kafka_bootstrap, "transactional_id": name}
    producer = AIOKafkaProducer(**options)
    await producer.start()
    for number, article in enumerate([enriched("a"), enriched("taken back"), enriched("b")]):
        await producer.begin_transaction()
        await producer.send_and_wait(name, encode(article), key=article.id.encode(), partition=0)
        await (producer.abort_transaction() if number == 1 else producer.commit_transaction())
    await producer.stop()
    return name


async def test_aiokafka_consumes_what_is_committed(settings: Settings, topic: str, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        EXAMPLES / "consume.py",
        settings.kafka_bootstrap,
        topic,
        topic,
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    printed = [(await process.stdout.readline()).decode() for _ in range(2)]
    process.kill()
    await process.communicate()
    assert [line.split()[0] for line in printed] == [enriched("a").id, enriched("b").id]


async def test_kcat_reads_what_is_committed(settings: Settings, topic: str, tmp_path: Path) -> None:
    needed_program(KCAT)
    lines = await output_of("sh", EXAMPLES / "topic.sh", settings.kafka_bootstrap, topic, cwd=tmp_path)
    keys, events = zip(*(line.split(b" ", 1) for line in lines), strict=True)
    assert [key.decode() for key in keys] == [orjson.loads(event)["id"] for event in events]
    assert [key.decode() for key in keys] == [enriched("a").id, enriched("b").id]
