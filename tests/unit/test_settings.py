"""A process starts with settings it can use, or says what to set."""

from __future__ import annotations

import pytest

from shared.settings import SettingsError, load_settings


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"KHABAR_WINDOW_DAY": "3"}, "KHABAR_WINDOW_DAY is no setting of Khabar's; did you mean KHABAR_WINDOW_DAYS?"),
        ({"KHABAR_WINDOW_DAYS": "15"}, "KHABAR_WINDOW_DAYS: input should be less than or equal to 14"),
        ({"KHABAR_PARTITIONS": "many"}, "KHABAR_PARTITIONS: input should be a valid integer"),
        ({"KHABAR_REDIS_URL": "http://here"}, "KHABAR_REDIS_URL: must begin with redis:// or rediss://"),
        (
            {"KHABAR_API_CORS_ORIGINS": "https://site.example/"},
            "'https://site.example/' is no origin: expected https://",
        ),
        ({"KHABAR_API_CORS_ORIGINS": "https://*.example"}, "is no origin"),
        ({"KHABAR_SOURCE_ZONES": "paper=Riyadh"}, "KHABAR_SOURCE_ZONES: 'paper=Riyadh' is no zone of a source"),
        ({"KHABAR_API_CORS_ORIGINS": "https://a.example, null"}, "'null' is no origin"),
        ({"KHABAR_API_PROXIES": "10.0.0.1, proxy.example"}, "'proxy.example' is no address or network"),
        ({"KHABAR_API_PROXIES": "10.0.0.1/8"}, "has host bits set"),
        ({"KHABAR_API_READERS": "nobody"}, "KHABAR_API_READERS: input should be 'anyone' or 'keys'"),
        ({"KHABAR_KAFKA_SECURITY": "SASL_SSL"}, "needs KHABAR_KAFKA_USERNAME and KHABAR_KAFKA_PASSWORD"),
        ({"KHABAR_KAFKA_PASSWORD": "x"}, "KHABAR_KAFKA_PASSWORD is set, but would not be used"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_name(environment: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environment)

    assert told in str(caught.value)


def test_secrets_are_never_shown() -> None:
    settings = load_settings(
        {
            "KHABAR_KAFKA_SECURITY": "SASL_PLAINTEXT",
            "KHABAR_KAFKA_USERNAME": "u",
            "KHABAR_KAFKA_PASSWORD": "sesame",
            "KHABAR_REDIS_URL": "redis://:sesame@host/0",
            "KHABAR_REDIS_PASSWORD": "sesame",
        }
    )

    assert "sesame" not in repr(settings)
    assert "sesame" not in str(settings)


def test_a_wrong_secret_is_not_repeated_in_the_error() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"KHABAR_REDIS_URL": "http://:sesame@host"})

    assert "sesame" not in str(caught.value)


def test_blank_means_default_and_the_prefix_keeps_installations_apart() -> None:
    settings = load_settings({"KHABAR_PARTITIONS": "", "KHABAR_TOPIC_PREFIX": "test."})

    assert settings.partitions == load_settings({}).partitions
    assert settings.topic("articles.raw") == "test.articles.raw"
    assert settings.group("cache") == "test.khabar-cache"
    assert settings.key_prefix == "test.khabar"


def test_lists_are_comma_separated() -> None:
    settings = load_settings(
        {"KHABAR_API_CORS_ORIGINS": "https://a.example, http://[::1]:8080,", "KHABAR_API_PROXIES": "10.0.0.0/8,::1"}
    )

    assert settings.cors_origins == {"https://a.example", "http://[::1]:8080"}
    assert settings.proxies == ["10.0.0.0/8", "::1"]
    assert load_settings({}).cors_origins == frozenset()
    assert load_settings({}).proxies == []


def test_sources_have_zones_in_minutes_east_of_greenwich() -> None:
    settings = load_settings({"KHABAR_SOURCE_ZONES": "my paper=+03:00, other.example=-04:30,"})
    assert settings.zones == {"my paper": 180, "other.example": -270}
    assert load_settings({}).zones == {}
