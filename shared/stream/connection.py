"""How every Kafka client of ours connects: consumers, producers and admin."""

from __future__ import annotations

import ssl
from typing import TypedDict

from aiokafka import AIOKafkaProducer

from shared.settings import Settings
from shared.topics import TOPICS

# Above the largest record of any topic: the topic's own limit decides, in `publish`, with a reason.
MAX_REQUEST_BYTES = max(topic.max_record_bytes for topic in TOPICS) + (1 << 20)

RAW_DELIVERY_MS = 60_000  # how long a record waits for a broker that restarts (10-15 s) before its push fails


class ClientOptions(TypedDict, total=False):
    """Keyword arguments that aiokafka's clients share."""

    bootstrap_servers: str
    security_protocol: str
    ssl_context: ssl.SSLContext | None
    sasl_mechanism: str
    sasl_plain_username: str | None
    sasl_plain_password: str | None


def client_options(settings: Settings) -> ClientOptions:
    """For aiokafka's consumer, producer and admin client."""
    options = ClientOptions(
        bootstrap_servers=settings.kafka_bootstrap,
        security_protocol=settings.kafka_security,
        ssl_context=settings.kafka_ssl_context(),
    )
    if settings.kafka_password:
        options["sasl_mechanism"] = settings.kafka_sasl_mechanism
        options["sasl_plain_username"] = settings.kafka_username
        options["sasl_plain_password"] = settings.kafka_password.get_secret_value()
    return options


def raw_producer(settings: Settings) -> AIOKafkaProducer:
    """For those who push raw articles: idempotent, and acknowledged by every in-sync replica."""
    return AIOKafkaProducer(
        **client_options(settings),
        acks="all",
        enable_idempotence=True,
        compression_type="zstd",
        linger_ms=5,
        max_request_size=MAX_REQUEST_BYTES,
        request_timeout_ms=RAW_DELIVERY_MS,
    )
