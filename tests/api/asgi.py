"""A client that speaks ASGI itself, for what a whole HTTP client hides: chunks, leaving early, slow bodies."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import ASGIApp, Message

_HOST = (b"host", b"127.0.0.1:8080")


class Exchange:
    """One request at work. Messages of the app wait in `sent`; what the app is to receive is put into `to_app`.

    Attributes:
        stalled: while set, the app's sends do not come back, as with a client that does not read.
    """

    def __init__(self, app: ASGIApp, scope: dict[str, Any]) -> None:
        self.sent: asyncio.Queue[Message] = asyncio.Queue()
        self.to_app: asyncio.Queue[Message] = asyncio.Queue()
        self.reading = asyncio.Event()
        self.reading.set()
        self.task = asyncio.create_task(self._serve(app, scope))

    async def start(self) -> tuple[int, dict[str, str]]:
        """Status and headers."""
        message = await self.next()
        assert message["type"] == "http.response.start"
        return message["status"], {name.decode(): value.decode() for name, value in message["headers"]}

    async def chunk(self) -> bytes:
        """The next piece of the body; empty at its end."""
        message = await self.next()
        assert message["type"] == "http.response.body"
        assert message.get("body") or not message.get("more_body")
        return message.get("body", b"")

    async def rest(self) -> bytes:
        """The body up to its end."""
        parts: list[bytes] = []
        while part := await self.chunk():
            parts.append(part)
        return b"".join(parts)

    async def next(self) -> Message:
        """The app's next message."""
        async with asyncio.timeout(5):
            return await self.sent.get()

    async def leave(self) -> None:
        """Disconnect, and wait until the app has let go of the request."""
        self.to_app.put_nowait({"type": "http.disconnect"})
        async with asyncio.timeout(5):
            await self.task

    async def _serve(self, app: ASGIApp, scope: dict[str, Any]) -> None:
        async def send(message: Message) -> None:
            await self.reading.wait()
            self.sent.put_nowait(message)

        await app(scope, self.to_app.get, send)


@asynccontextmanager
async def exchange(
    app: ASGIApp,
    method: str,
    path: str,
    *,
    query: bytes = b"",
    headers: Sequence[tuple[bytes, bytes]] = (_HOST,),
    more: Sequence[tuple[bytes, bytes]] = (),
    scope: dict[str, Any] | None = None,
) -> AsyncGenerator[Exchange]:
    """Begin a request; on leaving the block the client is gone. `more` are headers beside those a request must have."""
    whole: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "root_path": "",
        "headers": [*headers, *more],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8080),
        **(scope or {}),
    }
    opened = Exchange(app, whole)
    try:
        yield opened
    finally:
        opened.reading.set()
        await opened.leave()
