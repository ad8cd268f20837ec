"""A client that says exactly the bytes that a test wants said, and no library would say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Client:
    """One connection, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def status(self) -> int:
        """Of the next answer, whose body is read as well."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await self.reader.readexactly(int(length.partition(b":")[2]))
        return int(head.split(b" ")[1])

    async def dribble(self, part: bytes) -> None:
        """Sends the part over and over, until cut off."""
        while True:
            await self.send(part)
            await asyncio.sleep(0.02)

    async def rest(self, part: bytes = b"") -> bytes:
        """What comes until the connection ends, while the part is dribbled."""
        dribbling = asyncio.create_task(self.dribble(part)) if part else None
        try:
            return await self.reader.read()
        except ConnectionError:
            return b""
        finally:
            if dribbling:
                dribbling.cancel()
                await asyncio.gather(dribbling, return_exceptions=True)


@asynccontextmanager
async def connection(address: tuple[str, int]) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection(*address)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
