"""Many readers of the live stream in one process: `python -m tests.benchmarks.stream_readers PORT READERS SECONDS`.

One in fifty measures how long each article took since the time in its metadata; the others take what comes, as a
browser's network thread does. Prints how many measured articles came to a reader, and the delays in milliseconds.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from functools import partial
from typing import cast

import uvloop

from deploy.local.ports import HOST

MEASURED_ONE_IN = 50
CONNECTED_AT_ONCE = 20
_SENT = re.compile(rb'"sent":"(\d+)"')
_REQUEST = f"GET /v1/stream HTTP/1.1\r\nHost: {HOST}\r\nAccept: text/event-stream\r\n\r\n".encode()


class Taking(asyncio.BufferedProtocol):
    """Takes what comes, and keeps nothing."""

    buffer = bytearray(1 << 18)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).write(_REQUEST)

    def get_buffer(self, _sizehint: int) -> bytearray:
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        pass


class Measuring(asyncio.Protocol):
    """Notes the delay of each article."""

    def __init__(self) -> None:
        self.delays_ms: list[float] = []
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).write(_REQUEST)

    def data_received(self, data: bytes) -> None:
        now = time.time_ns()
        *frames, self._rest = (self._rest + data).split(b"\n\n")
        for frame in frames:
            if sent := _SENT.search(frame):
                self.delays_ms.append((now - int(sent[1])) / 1e6)


def _itself(protocol: asyncio.BaseProtocol) -> asyncio.BaseProtocol:
    return protocol


async def main(port: int, readers: int, seconds: float) -> None:
    """Connects, says so, reads until the time is over or standard input ends, prints."""
    loop = asyncio.get_running_loop()
    measuring = [Measuring() for _ in range(readers // MEASURED_ONE_IN)]
    protocols: list[asyncio.BaseProtocol] = [*measuring, *(Taking() for _ in range(readers - len(measuring)))]
    for at in range(0, readers, CONNECTED_AT_ONCE):
        part = protocols[at : at + CONNECTED_AT_ONCE]
        await asyncio.gather(*(loop.create_connection(partial(_itself, each), HOST, port) for each in part))
    print("connected", flush=True)
    await asyncio.sleep(seconds)
    counts = [len(each.delays_ms) for each in measuring]
    delays = sorted(delay for each in measuring for delay in each.delays_ms)
    p50, p99 = (delays[int(share * (len(delays) - 1))] for share in (0.5, 0.99))
    print(min(counts), max(counts), f"{p50:.0f} {p99:.0f}", flush=True)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
