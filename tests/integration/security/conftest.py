"""A Kafka that wants TLS and SCRAM, a Redis that wants TLS and a user of its access list."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from deploy.local.folder import local_folder
from deploy.local.kafka import Broker
from deploy.local.kafka_jars import ensure_jars
from deploy.local.ports import HOST, free_ports
from deploy.local.process import Server
from deploy.local.redis import redis_program
from tests.servers.starting import redis_has_tls

USER, PASSWORD = "khabar", "open-sesame"

KAFKA_LISTENERS = """
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port},SECURE://{host}:{secure_port}
advertised.listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port},SECURE://{host}:{secure_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL
inter.broker.listener.name=PLAINTEXT
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.secure.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.secure.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.secure.ssl.keystore.type=PEM
listener.name.secure.ssl.keystore.location={keystore}
"""


@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs the servers: a certificate file for clients, and one with key and chain for servers."""

    ca_file: Path
    server_file: Path


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A fresh one."""
    folder = tmp_path_factory.mktemp("authority")
    authority = trustme.CA()
    server = authority.issue_cert(HOST)
    ca_file, server_file = folder / "ca.pem", folder / "server.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    key = _pkcs8(server.private_key_pem.bytes())
    server_file.write_bytes(key + b"".join(part.bytes() for part in server.cert_chain_pems))
    return Authority(ca_file, server_file)


def _pkcs8(pem: bytes) -> bytes:
    """Kafka reads keys in PKCS #8 only."""
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key(pem, None)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.fixture(scope="module")
def secure_kafka(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """host:port of its SASL_SSL listener; the user is there."""
    folder = tmp_path_factory.mktemp("secure-kafka")
    port, controller_port, secure_port = free_ports(3)
    broker = Broker(folder, port, controller_port, ensure_jars(local_folder()))
    broker.prepare()
    properties = folder / "server.properties"
    listeners = KAFKA_LISTENERS.format(
        host=HOST,
        port=port,
        controller_port=controller_port,
        secure_port=secure_port,
        keystore=authority.server_file,
    )
    properties.write_text(properties.read_text("utf-8") + listeners, "utf-8")
    server = Server(
        "Kafka", broker.command(), folder / "kafka.log", is_ready=broker.is_ready, environment=broker.environment()
    )
    server.start()
    try:
        _add_user(broker)
        yield f"{HOST}:{secure_port}"
    finally:
        server.stop()


def _add_user(broker: Broker) -> None:
    java = broker.command()[: -len(["kafka.Kafka", "server.properties"])]
    tool = [*java, "kafka.admin.ConfigCommand", "--bootstrap-server", broker.bootstrap, "--alter"]
    user = ["--entity-type", "users", "--entity-name", USER]
    secret = ["--add-config", f"SCRAM-SHA-512=[iterations=4096,password={PASSWORD}]"]
    done = subprocess.run([*tool, *user, *secret], capture_output=True, text=True, env=broker.environment())
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def secure_redis(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """rediss:// url of a server that answers nobody but the user."""
    if not redis_has_tls():
        pytest.skip("this machine's redis-server was built without TLS")
    folder = tmp_path_factory.mktemp("secure-redis")
    (port,) = free_ports(1)
    key_and_chain = str(authority.server_file)
    options = {
        "bind": HOST,
        "port": "0",
        "tls-port": str(port),
        "tls-cert-file": key_and_chain,
        "tls-key-file": key_and_chain,
        "tls-ca-cert-file": str(authority.ca_file),
        "tls-auth-clients": "no",
        "dir": str(folder),
        "save": '""',
    }
    lines = [f"{name} {value}" for name, value in options.items()]
    # What Khabar needs: its own keys, and INFO, by which a restart is noticed.
    lines += ["user default off", f"user {USER} on >{PASSWORD} ~* &* +@all -@dangerous +info"]
    config = folder / "redis.conf"
    config.write_text("\n".join(lines) + "\n", "utf-8")
    log = folder / "redis.log"
    server = Server("Redis", [redis_program(), str(config)], log, is_ready=lambda: b"Ready to accept" in _read(log))
    server.start()
    yield f"rediss://{HOST}:{port}/0"
    server.stop()


def _read(log: Path) -> bytes:
    return log.read_bytes() if log.exists() else b""
