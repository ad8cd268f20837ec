"""The sample articles through the whole system: what comes out, what does not, and the same without servers."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

import deploy.samples
from deploy.samples import ARTICLES, POISON
from shared.settings import Settings
from shared.topics import DEAD, ENRICHED
from tests.reading import Event, committed, committed_once_there_are, events
from tests.servers.services import Services, fetch

pytestmark = pytest.mark.end_to_end

POISON_ROW = re.compile(r"^\| \d+ \| `(\w+)` \|", re.MULTILINE)
SAMPLES = len(ARTICLES.read_bytes().splitlines())
PUSHED_AGAIN = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the samples in the stream, and in one process."""

    streamed: list[Event]
    dead: list[Event]
    in_process: list[Event]


@pytest.fixture(scope="module")
def own_settings(stack_settings: Settings) -> Settings:
    """Topics into which no other test pushes."""
    return stack_settings.model_copy(update={"topic_prefix": f"samples.{stack_settings.topic_prefix}"})


@pytest.fixture(scope="module")
def own_stack(own_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Every service, on those topics."""
    services = Services(tmp_path_factory.mktemp("samples"), own_settings)
    try:
        services.start()
        yield services
    finally:
        services.stop()


@pytest.fixture(scope="module")
def outcome(own_stack: Services, own_settings: Settings) -> Outcome:
    """Pushed once for all tests of this module."""
    own_stack.khabar("push", str(ARTICLES))
    own_stack.khabar("push", "--unchecked", str(POISON))
    streamed, dead = asyncio.run(_read(own_settings))
    lines = own_stack.khabar("enrich", str(ARTICLES)).splitlines()
    return Outcome(streamed, dead, [orjson.loads(line) for line in lines])


async def _read(settings: Settings) -> tuple[list[Event], list[Event]]:
    streamed = await committed_once_there_are(settings, ENRICHED, SAMPLES - PUSHED_AGAIN)
    dead = await committed_once_there_are(settings, DEAD, len(POISON.read_bytes().splitlines()))
    return events(streamed), events(dead)


async def test_each_version_is_published_once(outcome: Outcome, own_settings: Settings) -> None:
    versions = Counter((event["id"], event["revision"]["hash"]) for event in outcome.streamed)

    assert set(versions.values()) == {1}
    assert len(await committed(own_settings, ENRICHED)) == SAMPLES - PUSHED_AGAIN


def test_poison_becomes_dead_letters_with_the_reasons_that_the_samples_promise(outcome: Outcome) -> None:
    readme = Path(deploy.samples.__file__).with_name("README.md").read_text("utf-8")

    assert Counter(letter["reason"] for letter in outcome.dead) == Counter(POISON_ROW.findall(readme))


def test_the_stream_and_one_process_agree(outcome: Outcome) -> None:
    assert decided(outcome.streamed) == decided(outcome.in_process)


def test_groups_are_the_same_whatever_came_first(outcome: Outcome) -> None:
    assert groups(outcome.streamed) == groups(outcome.in_process)


def test_copies_are_found(outcome: Outcome) -> None:
    sizes = sorted(len(group) for group in groups(outcome.streamed))

    assert len([size for size in sizes if size > 1]) >= 10


async def test_the_page_and_the_api_show_what_the_topic_holds(outcome: Outcome, own_stack: Services) -> None:
    newest = outcome.streamed[0]
    status, body = fetch(f"{own_stack.page}/v1/articles/{newest['id']}")
    assert status == 200
    assert orjson.loads(body)["id"] == newest["id"]
    assert fetch(f"{own_stack.page}/")[0] == 200


def decided(found: Sequence[Event]) -> dict[tuple[str, str], object]:
    """What does not depend on the order of arrival."""
    return {
        (event["id"], event["revision"]["hash"]): (event["language"]["code"], event["topics"], event["countries"])
        for event in found
    }


def groups(found: Sequence[Event]) -> set[frozenset[str]]:
    """Articles that belong together, however the group is named."""
    members: dict[str, set[str]] = {}
    for event in found:
        group = event["duplicate"]["group"] if event["duplicate"] else event["id"]
        members.setdefault(group, {group}).add(event["id"])
    return {frozenset(group) for group in members.values()}
