"""Every setting of every process, read from `KHABAR_…` variables and checked at start.

An unknown or unsafe value stops the process with a sentence that says what to set.
"""

from __future__ import annotations

import difflib
import os
import re
import ssl
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.outcomes import CannotStartError

PREFIX = "KHABAR_"

Port = Annotated[int, Field(ge=0, le=65535)]
_ORIGIN = re.compile(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?")
_SOURCE_ZONE = re.compile(r"(?P<source>[^,]+)=(?P<sign>[+-])(?P<hours>0\d|1[0-4]):(?P<minutes>[0-5]\d)")


class SettingsError(CannotStartError):
    """The environment does not hold usable settings; the text says which and what to set."""


class Settings(BaseSettings):
    """What an operator can set; the names here in capitals, with the prefix, are the variables."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    # Kafka
    kafka_bootstrap: Annotated[str, Field(description="host:port of one or more brokers, comma-separated")] = (
        "127.0.0.1:9092"
    )
    kafka_security: Annotated[
        Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"], Field(description="how to talk to the brokers")
    ] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_username: str | None = None
    kafka_password: SecretStr | None = None
    kafka_ca_file: Annotated[Path | None, Field(description="PEM of the authority that signed the brokers")] = None
    kafka_cert_file: Annotated[Path | None, Field(description="PEM of this client's certificate")] = None
    kafka_key_file: Annotated[Path | None, Field(description="PEM of this client's key")] = None
    topic_prefix: Annotated[
        str, Field(pattern=r"^[a-zA-Z0-9._-]{0,64}$", description="before every topic, group and Redis key name")
    ] = ""
    partitions: Annotated[int, Field(ge=1, le=1024, description="of each topic, when it is created")] = 8
    replication: Annotated[int, Field(ge=1, le=9, description="of each topic, when it is created")] = 1
    retention_days: Annotated[float, Field(gt=0, le=3650, description="of the topics and of the cache")] = 7

    # Redis
    redis_url: Annotated[SecretStr, Field(description="redis://host:port/db, or rediss:// for TLS")] = SecretStr(
        "redis://127.0.0.1:6379/0"
    )
    redis_username: str | None = None
    redis_password: SecretStr | None = None
    redis_ca_file: Path | None = None

    # Agents
    batch_records: Annotated[int, Field(ge=1, le=10_000, description="most records in one transaction")] = 500
    batch_bytes: Annotated[int, Field(ge=1 << 16, description="most bytes in one transaction, one record excepted")] = (
        8 << 20
    )
    session_timeout_seconds: Annotated[
        float, Field(ge=6, le=300, description="after which Kafka gives a dead process's partitions to another")
    ] = 15
    publish_timeout_seconds: Annotated[float, Field(ge=5, le=120, description="for one transaction")] = 20
    dead_letter_share: Annotated[
        float,
        Field(gt=0, le=1, description="of the last 1,000 articles: above it the agent stops; 1 never stops it"),
    ] = 0.95
    health_host: str = "127.0.0.1"
    health_port: Annotated[Port, Field(description="/live, /ready and /metrics; 0 takes a free one")] = 0

    # Stages
    source_zones: Annotated[
        str, Field(description="source=+03:00, comma-separated: for sources whose times name no zone and are not UTC")
    ] = ""
    topics_threshold: Annotated[
        float | None, Field(ge=0, le=1, description="below which no topic is given; 0 always gives the best guess")
    ] = None
    topics_endpoint: Annotated[
        str | None, Field(description="http address of a topic service of your own, in place of the built-in model")
    ] = None
    window_days: Annotated[int, Field(ge=1, le=14, description="in which copies are looked for")] = 3
    articles_per_day: Annotated[
        int, Field(ge=1_000, le=100_000_000, description="that are expected: the index of copies is packed for so many")
    ] = 100_000

    # Api
    api_host: str = "127.0.0.1"
    api_port: Port = 8000
    api_public_url: Annotated[
        str | None,
        Field(
            pattern=r"^https?://[^/?#\s]+(/[^?#\s]*)?$",
            description="where readers reach the api, for addresses in feeds; by default as each request names it",
        ),
    ] = None
    api_readers: Annotated[
        Literal["anyone", "keys"],
        Field(description="who may read: whoever reaches the port, or holders of a key; writing needs a key always"),
    ] = "anyone"
    api_rate: Annotated[
        int,
        Field(ge=0, description="requests a minute of one key, or of one address without key; 0 is without limit"),
    ] = 1_200
    api_streams: Annotated[
        int, Field(ge=0, description="open streams of one key or address in one process; 0 is without limit")
    ] = 50
    api_cors_origins: Annotated[
        str, Field(description="https://site.example, comma-separated: whose scripts may read; * is every site's")
    ] = ""
    api_proxies: Annotated[
        str,
        Field(description="addresses or networks, comma-separated: proxies whose X-Forwarded-For is believed"),
    ] = ""
    api_body_bytes: Annotated[int, Field(ge=1 << 16, le=1 << 30, description="most bytes in one posted request")] = (
        32 << 20
    )

    # Webhooks
    webhooks_targets: Annotated[
        Literal["public", "any"],
        Field(description="where they may go: https on public addresses, or http and private networks too"),
    ] = "public"
    webhooks_api_url: Annotated[
        str | None, Field(pattern=r"^https?://", description="where receivers reach the api, for links to articles")
    ] = None

    # Logs
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Annotated[
        Literal["auto", "json", "console"], Field(description="auto: JSON where standard error is no terminal")
    ] = "auto"

    @field_validator("redis_url")
    @classmethod
    def _redis_scheme(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(("redis://", "rediss://")):
            raise ValueError("must begin with redis:// or rediss://")
        return url

    @field_validator("source_zones")
    @classmethod
    def _are_zones(cls, zones: str) -> str:
        for pair in _listed(zones):
            if not _SOURCE_ZONE.fullmatch(pair):
                raise ValueError(f"{pair!r} is no zone of a source: expected source=+03:00 or source=-05:30")
        return zones

    @field_validator("api_cors_origins")
    @classmethod
    def _are_origins(cls, origins: str) -> str:
        for origin in _listed(origins):
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin: expected https://host or https://host:port, or * alone")
        return origins

    @field_validator("api_proxies")
    @classmethod
    def _are_networks(cls, proxies: str) -> str:
        for proxy in _listed(proxies):
            try:
                ip_network(proxy)
            except ValueError as exc:
                raise ValueError(f"{proxy!r} is no address or network: {exc}") from exc
        return proxies

    @model_validator(mode="after")
    def _credentials_fit_the_protocol(self) -> Self:
        sasl = self.kafka_security.startswith("SASL")
        if sasl and not (self.kafka_username and self.kafka_password):
            raise ValueError(
                f"{PREFIX}KAFKA_SECURITY={self.kafka_security} needs {PREFIX}KAFKA_USERNAME and {PREFIX}KAFKA_PASSWORD"
            )
        if not sasl and self.kafka_password:
            raise ValueError(
                f"{PREFIX}KAFKA_PASSWORD is set, but would not be used: set {PREFIX}KAFKA_SECURITY to SASL_SSL"
            )
        return self

    @property
    def cors_origins(self) -> frozenset[str]:
        """Whose scripts may read."""
        return frozenset(_listed(self.api_cors_origins))

    @property
    def proxies(self) -> list[str]:
        """Whose word on the client's address is believed."""
        return _listed(self.api_proxies)

    @property
    def zones(self) -> dict[str, int]:
        """Minutes east of Greenwich by source."""
        found = filter(None, map(_SOURCE_ZONE.fullmatch, _listed(self.source_zones)))
        return {zone["source"]: _minutes(zone) for zone in found}

    @property
    def key_prefix(self) -> str:
        """Before every Redis key."""
        return f"{self.topic_prefix}khabar"

    def topic(self, name: str) -> str:
        """The topic's name in this installation."""
        return f"{self.topic_prefix}{name}"

    def group(self, stage: str) -> str:
        """The consumer group of a stage; also the start of its transactional ids."""
        return f"{self.topic_prefix}khabar-{stage}"

    def kafka_ssl_context(self) -> ssl.SSLContext | None:
        """For the brokers; None where the protocol has no TLS."""
        if "SSL" not in self.kafka_security:
            return None
        context = ssl.create_default_context(cafile=self.kafka_ca_file)
        if self.kafka_cert_file:
            context.load_cert_chain(self.kafka_cert_file, self.kafka_key_file)
        return context


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of the environment. Raises SettingsError that names the variable and what to set."""
    environ = os.environ if environ is None else environ
    _refuse_unknown(environ)
    given = {
        name: environ[PREFIX + name.upper()]
        for name in Settings.model_fields
        if environ.get(PREFIX + name.upper(), "") != ""
    }
    try:
        return Settings.model_validate(given)
    except ValidationError as exc:
        raise SettingsError("; ".join(_sentence(error) for error in exc.errors(include_input=False))) from exc


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    for name in environ:
        if name.startswith(PREFIX) and name not in known and name not in _NOT_SETTINGS:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
            hint = f"; did you mean {near[0]}?" if near else "; `khabar settings` lists those there are"
            raise SettingsError(f"{name} is no setting of Khabar's{hint}")


def _minutes(zone: re.Match[str]) -> int:
    minutes = 60 * int(zone["hours"]) + int(zone["minutes"])
    return minutes if zone["sign"] == "+" else -minutes


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


# Read by the test suite and the local stack, not by the services.
_NOT_SETTINGS = frozenset({"KHABAR_DATA", "KHABAR_LOCAL"})


def _sentence(error: object) -> str:
    assert isinstance(error, dict)
    fault = str(error["msg"]).removeprefix("Value error, ")
    if not error["loc"]:
        return fault
    return f"{PREFIX}{str(error['loc'][0]).upper()}: {fault[:1].lower()}{fault[1:]}"
