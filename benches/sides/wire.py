"""An HTTP client of a few lines: it shares the machine with what it measures, so it does as little as it can.

It knows what uvicorn sends: headers of less than 64 KiB, and a body with `Content-Length` or in chunks.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Final, Self

_LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_LAST_CHUNK: Final = b"\r\n0\r\n\r\n"


class Wire:
    """One kept-alive connection."""

    def __init__(self, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str = "") -> None:
        self._host = host.encode()
        if key:
            self._host += b"\r\nAuthorization: Bearer " + key.encode()
        self._reader = reader
        self._writer = writer

    async def post(self, path: str, body: bytes) -> bytes:
        """Post JSON; the answer's body.

        Raises:
            RuntimeError: the answer is not 202.
        """
        self._writer.write(
            b"POST %b HTTP/1.1\r\nHost: %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (path.encode(), self._host, len(body), body)
        )
        return await self._body(b"202")

    async def get(self, path: str) -> bytes:
        """Get JSON; the answer's body.

        Raises:
            RuntimeError: the answer is not 200.
        """
        self._writer.write(b"GET %b HTTP/1.1\r\nHost: %b\r\n\r\n" % (path.encode(), self._host))
        return await self._body(b"200")

    async def follow(self, path: str) -> AsyncGenerator[bytes]:
        """Get an event stream; what comes of it, as it comes, until its end."""
        self._writer.write(b"GET %b HTTP/1.1\r\nHost: %b\r\n\r\n" % (path.encode(), self._host))
        await self._head(b"200")
        end = b""
        while not end.endswith(_LAST_CHUNK):
            data = await self._reader.read(65536)
            if not data:
                raise RuntimeError(f"The stream of {path} broke off.")
            yield data
            end = (end + data)[-len(_LAST_CHUNK) :]

    async def _body(self, status: bytes) -> bytes:
        length = _LENGTH.search(await self._head(status))
        return await self._reader.readexactly(int(length[1])) if length else b""

    async def _head(self, status: bytes) -> bytes:
        head = await self._reader.readuntil(b"\r\n\r\n")
        if head.split(b" ", 2)[1] != status:
            raise RuntimeError(f"The service answered {head.splitlines()[0].decode()}.")
        return head


@asynccontextmanager
async def connected(host: str, port: int, key: str = "") -> AsyncGenerator[Wire]:
    """A connection to the server, over which an API key is sent, or none."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        yield Wire(f"{host}:{port}", reader, writer, key)
    finally:
        writer.close()
        await writer.wait_closed()


class Wires:
    """As many connections as are needed at a time; each is used again. Leaving the context closes them."""

    def __init__(self, host: str, port: int, key: str = "") -> None:
        self._host = host
        self._port = port
        self._key = key
        self._stack = AsyncExitStack()
        self._idle: list[Wire] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @asynccontextmanager
    async def one(self) -> AsyncGenerator[Wire]:
        """A connection that nobody else uses."""
        wire = self._idle.pop() if self._idle else await self._connect()
        yield wire
        self._idle.append(wire)

    async def _connect(self) -> Wire:
        return await self._stack.enter_async_context(connected(self._host, self._port, self._key))
