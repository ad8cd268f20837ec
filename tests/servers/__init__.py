"""Real Kafka and Redis for tests, made by the very code that `make run` starts them with."""

from tests.servers.starting import kafka_server, redis_server

__all__ = ["kafka_server", "redis_server"]
