"""`khabar explain ID` on what the deduplicator and the cache left in a real Redis."""

from __future__ import annotations

import asyncio

import orjson
import pytest
from typer.testing import CliRunner, Result

from services.cache.stage import Cache
from services.cli.app import app
from services.deduplicator.redis_index import index_of
from services.deduplicator.stage import Deduplicator
from shared.contracts import EnrichedArticle
from shared.outcomes import CannotStartError, Publish
from shared.redis import connect
from shared.settings import load_settings
from tests.integration.cache.arrivals import Arrivals
from tests.unit.deduplicator.samples import classified, prose, received, span

pytestmark = pytest.mark.integration


@pytest.fixture
def environment(redis_url: str, topic_prefix: str) -> dict[str, str]:
    return {"KHABAR_REDIS_URL": redis_url, "KHABAR_TOPIC_PREFIX": topic_prefix}


@pytest.fixture
def events(environment: dict[str, str]) -> list[EnrichedArticle]:
    """An article and its copy, published and in the cache."""

    async def publish() -> list[EnrichedArticle]:
        settings = load_settings(environment)
        redis = connect(settings)
        articles = [classified("a", prose(1), title="Rain", source="First Wire"), classified("b", prose(1) + " Ends.")]
        batch = [received(article, offset) for offset, article in enumerate(articles)]
        outcomes = await Deduplicator(index_of(redis, settings)).process(batch, span(-1, 1))
        published = [outcome.article for outcome in outcomes if isinstance(outcome, Publish)]
        await Arrivals(Cache(redis, settings)).apply(*published)
        await redis.aclose()
        return published

    return asyncio.run(publish())


def explain(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(app, ["explain", *arguments], env=environment)


def test_it_says_why(environment: dict[str, str], events: list[EnrichedArticle]) -> None:
    original, copy = events
    done = explain(environment, copy.id)
    assert done.exit_code == 0, done.output
    for told in (f"shared with {original.id}, and", "The index holds its decision.", "First Wire", "Who was first:"):
        assert told in done.output
    assert "0.76  better covered text, at least" in done.output


def test_programs_get_what_the_api_answers(environment: dict[str, str], events: list[EnrichedArticle]) -> None:
    original, copy = events
    account = orjson.loads(explain(environment, copy.id.upper(), "--json").stdout)
    assert [one["id"] for one in account["candidates"]] == [original.id]
    assert account["duplicate"]["of"] == original.id


@pytest.mark.parametrize(
    ("article", "said"), [("0" * 32, "it may have passed its retention"), ("nonsense", "expected 32 hex digits")]
)
def test_what_is_not_there_is_said_in_a_sentence(environment: dict[str, str], article: str, said: str) -> None:
    done = explain(environment, article)
    assert isinstance(done.exception, CannotStartError)
    assert said in str(done.exception)


def test_a_redis_that_is_away_is_named() -> None:
    done = explain({"KHABAR_REDIS_URL": "redis://127.0.0.1:1/0"}, "0" * 32)
    assert isinstance(done.exception, CannotStartError)
    assert "KHABAR_REDIS_URL" in str(done.exception)
