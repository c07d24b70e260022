"""A reader of `GET /api/events` in this process."""

from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager

from callsheet.runs.events import RunId
from tests.api.asgi import Exchange, exchange
from tests.api.house import House
from tests.api.readers import Seen, read_strictly


class Overview:
    """What one client sees of the stream, event by event."""

    def __init__(self, stream: Exchange) -> None:
        self.stream = stream
        self._seen: deque[Seen] = deque()

    async def next(self) -> Seen:
        """The next event."""
        while not self._seen:
            self._seen += read_strictly(await self.stream.chunk()).events
        return self._seen.popleft()

    async def until(self, last: Callable[[Seen], bool]) -> list[Seen]:
        """The events up to the first for which `last` is true."""
        seen = [await self.next()]
        while not last(seen[-1]):
            seen.append(await self.next())
        return seen

    async def status(self, run_id: RunId, status: str) -> list[Seen]:
        """The events up to the one that says that the run has this status."""
        return await self.until(
            lambda seen: (seen.type, seen.data.get("run_id"), seen.data.get("status")) == ("run_status", run_id, status)
        )


@asynccontextmanager
async def watching(house: House, follow: Mapping[RunId, int] | None = None, last: str = "") -> AsyncGenerator[Overview]:
    """A stream that is ready."""
    query = "&".join(f"follow={run_id}:{seq}" for run_id, seq in (follow or {}).items()).encode()
    more = [(b"last-event-id", last.encode())] if last else []
    async with exchange(house.app, "GET", "/api/events", query=query, more=more) as stream:
        assert (await stream.start())[0] == 200
        overview = Overview(stream)
        assert (await overview.next()).data == {"type": "ready"}
        yield overview
