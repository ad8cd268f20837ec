"""A subscription's secrets while they are rotated, and what is never shown of them."""

from __future__ import annotations

import msgspec

from services.cache.facets import Filter
from services.webhooks.subscription import HOUR_MS, MAX_SECRETS, Secret, Subscription

NOW = 1_790_000_000_000
SUBSCRIPTION = Subscription(
    name="desk", url="https://desk.example/", wanted=Filter(language="ar"), secrets=(Secret("first"),), created_ms=NOW
)


def test_both_sign_until_the_overlap_is_over() -> None:
    rotated = SUBSCRIPTION.rotated("two", NOW, 24 * HOUR_MS)
    assert rotated.secrets_at(NOW) == ("two", "first")
    assert rotated.secrets_at(NOW + 24 * HOUR_MS - 1) == ("two", "first")
    assert rotated.secrets_at(NOW + 24 * HOUR_MS) == ("two",)


def test_without_an_overlap_the_old_one_signs_no_more() -> None:
    assert SUBSCRIPTION.rotated("two", NOW, 0).secrets == (Secret("two"),)


def test_a_second_rotation_never_makes_an_old_secret_live_longer() -> None:
    twice = SUBSCRIPTION.rotated("two", NOW, HOUR_MS).rotated("three", NOW + 1, 24 * HOUR_MS)
    assert twice.secrets_at(NOW + HOUR_MS) == ("three", "two")


def test_secrets_do_not_pile_up() -> None:
    subscription = SUBSCRIPTION
    for number in range(MAX_SECRETS + 3):
        subscription = subscription.rotated(f"new {number}", NOW, HOUR_MS)
    assert len(subscription.secrets) == MAX_SECRETS
    assert subscription.secrets[0].text == f"new {MAX_SECRETS + 2}"


def test_it_is_kept_as_json_and_shown_without_its_secrets() -> None:
    assert msgspec.json.decode(msgspec.json.encode(SUBSCRIPTION), type=Subscription) == SUBSCRIPTION
    assert "first" not in repr(SUBSCRIPTION)
