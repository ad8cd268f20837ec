"""`khabar webhooks`, as an operator types it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from services.cache.stage import Cache
from services.cli.app import app
from services.webhooks.deliveries import Deliveries
from services.webhooks.entries import Dead, Pending
from services.webhooks.leases import Leases
from services.webhooks.subscription import Subscription
from services.webhooks.subscriptions import Subscriptions
from shared.outcomes import CannotStartError
from shared.redis import connect
from shared.settings import Settings, load_settings
from tests.articles import enriched
from tests.integration.cache.arrivals import Arrivals

pytestmark = pytest.mark.integration

Khabar = Callable[..., str]
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")


@pytest.fixture
def settings(redis_url: str, topic_prefix: str) -> Settings:
    return load_settings({"KHABAR_REDIS_URL": redis_url, "KHABAR_TOPIC_PREFIX": topic_prefix})


@pytest.fixture
def khabar(settings: Settings) -> Khabar:
    """Runs `khabar webhooks …` and gives what it printed; raises what a person is told in one sentence."""
    environment = {
        "KHABAR_REDIS_URL": settings.redis_url.get_secret_value(),
        "KHABAR_TOPIC_PREFIX": settings.topic_prefix,
    }

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["webhooks", *arguments], env=environment)
        if isinstance(done.exception, CannotStartError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output

    return run


def kept(settings: Settings, name: str) -> Subscription:
    async def get() -> Subscription | None:
        redis = connect(settings)
        subscription = await Subscriptions(redis, settings).get(name)
        await redis.aclose()
        return subscription

    subscription = asyncio.run(get())
    assert subscription is not None
    return subscription


def test_a_subscription_is_added_shown_without_its_secret_and_removed(khabar: Khabar, settings: Settings) -> None:
    added = khabar("add", "https://desk.example/khabar", "--language", "ar", "--topic", "pol", "--duplicates", "hide")
    [secret] = SECRET.findall(added)
    assert kept(settings, "desk.example").secrets[0].text == secret

    listed = khabar("list")
    [row] = [line for line in listed.splitlines() if line.strip().startswith("desk.example")]
    assert "https://desk.example/khabar" in row
    assert "language=ar topic=pol duplicates=hide" in row
    assert "waits for `khabar serve webhooks`" in row
    assert secret not in listed

    assert khabar("disable", "desk.example").startswith("desk.example is disabled")
    assert "disabled: disabled by hand" in khabar("list")
    assert khabar("enable", "desk.example") == "desk.example is enabled\n"
    assert khabar("enable", "desk.example") == "desk.example was not disabled\n"
    khabar("remove", "desk.example")
    assert "desk.example" not in khabar("list")


def test_it_begins_now_or_with_the_oldest_or_after_a_cursor(khabar: Khabar, settings: Settings) -> None:
    async def arrive() -> str:
        redis = connect(settings)
        await Arrivals(Cache(redis, settings)).apply(enriched("one"), enriched("two"))
        await redis.aclose()
        return ""

    asyncio.run(arrive())
    khabar("add", "https://now.example/")
    khabar("add", "https://oldest.example/", "--since", "0")

    async def sequences() -> list[int]:
        redis = connect(settings)
        subscriptions = Subscriptions(redis, settings)
        found = [(await subscriptions.status(f"{name}.example")).cursor.sequence for name in ("now", "oldest")]
        await redis.aclose()
        return found

    assert asyncio.run(sequences()) == [2, 0]
    rows = {line.split()[0]: line.split() for line in khabar("list").splitlines() if ".example" in line}
    assert [rows[f"{name}.example"][-3:] for name in ("now", "oldest")] == [["0", "0", "0"], ["2", "0", "0"]]
    with pytest.raises(CannotStartError, match="not a cursor that Khabar gave"):
        khabar("add", "https://other.example/", "--since", "yesterday")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("add", "http://desk.example/"), "begins with https"),
        (("add", "https://127.0.0.1/"), "no public address"),
        (("add", "https://desk.example/", "--name", "no name"), "is no name"),
        (("add", "https://desk.example/", "--language", "arabic!"), "--language"),
        (("add", "https://desk.example/", "--country", "Syria"), "--country"),
        (("add", "https://desk.example/", "--group", "12"), "--group"),
        (("remove", "nobody"), "there is no subscription nobody"),
        (("rotate", "nobody"), "there is no subscription nobody"),
        (("retry", "nobody"), "there is no subscription nobody"),
        (("dead", "nobody"), "there is no subscription nobody"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(khabar: Khabar, arguments: tuple[str, ...], why: str) -> None:
    with pytest.raises(CannotStartError, match=why):
        khabar(*arguments)


def test_a_name_is_taken_once(khabar: Khabar) -> None:
    khabar("add", "https://desk.example/")
    with pytest.raises(CannotStartError, match="choose another --name"):
        khabar("add", "https://desk.example/other")


def test_rotating_gives_a_new_secret_and_keeps_the_old_for_a_while(khabar: Khabar, settings: Settings) -> None:
    [old] = SECRET.findall(khabar("add", "https://desk.example/"))
    [new] = SECRET.findall(khabar("rotate", "desk.example"))
    assert [secret.text for secret in kept(settings, "desk.example").secrets] == [new, old]
    khabar("rotate", "desk.example", "--overlap-hours", "0")
    assert len(kept(settings, "desk.example").secrets) == 1


def test_what_was_given_up_is_listed_sent_again_or_forgotten(khabar: Khabar, settings: Settings) -> None:
    khabar("add", "https://desk.example/")

    async def give_up(*articles: str) -> None:
        redis = connect(settings)
        leases = Leases(redis, settings)
        lease = await leases.acquire("desk.example")
        assert lease is not None
        deliveries = Deliveries(redis, settings, "desk.example", lease)
        for article in articles:
            message = Pending(article, 1, (await deliveries.place()).encode(), tries=10)
            await deliveries.give_up(Dead(message.id, "the receiver answered 500", 1_790_000_000_000, message))
        await leases.release("desk.example", lease)
        await redis.aclose()

    asyncio.run(give_up("ab" * 16))
    [_, row] = khabar("dead").splitlines()
    assert row.split()[:4] == ["desk.example", f"{'ab' * 16}-1", "10", "2026-09-21T14:13:20Z"]
    assert row.rstrip().endswith("the receiver answered 500")
    assert khabar("retry", "desk.example") == "messages of desk.example that are pending again: 1\n"
    assert len(khabar("dead", "desk.example").splitlines()) == 1
    asyncio.run(give_up("cd" * 16, "ef" * 16))
    assert khabar("discard", "desk.example") == "messages of desk.example that are forgotten: 2\n"
    assert len(khabar("dead").splitlines()) == 1
