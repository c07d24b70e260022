"""A subscriber of a run's events that is cut off now and then, and goes on with `Last-Event-ID` or `?after=`."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from callsheet.journal.sqlite.readonly import ReadOnlyJournal
from callsheet.runs.events import RunId

Line = tuple[int, str, bytes]
"""One event: its `id`, its name, its data as it came."""


@dataclass(slots=True)
class Subscriber:
    """What one subscriber of one run saw, over all its connections."""

    run_id: str
    seen: list[Line] = field(default_factory=list[Line])
    _reached: dict[int, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))

    @property
    def finished(self) -> bool:
        """Whether the run's last event was seen."""
        return bool(self.seen) and self.seen[-1][1] == "run_finished"

    async def reached(self, seq: int) -> None:
        """Return when this event was seen."""
        await self._reached[seq].wait()

    async def listen(
        self, client: httpx2.AsyncClient, url: str, *, cut_after: int | None = None, by_header: bool = True
    ) -> int:
        """Subscribe from where it stands; leave after so many bytes, else when the server ends the stream.

        Returns:
            the status.

        Raises:
            httpx2.TransportError: the connection broke.
        """
        last = str(self.seen[-1][0]) if self.seen else "0"
        headers = {"Last-Event-ID": last} if by_header else {}
        query = {} if by_header else {"after": last}
        received, rest = 0, b""
        path = f"{url}/api/runs/{self.run_id}/events"
        async with client.stream("GET", path, headers=headers, params=query) as stream:
            async for chunk in stream.aiter_raw():
                received += len(chunk)
                keep = len(chunk) if cut_after is None else max(0, len(chunk) - max(0, received - cut_after))
                *blocks, rest = (rest + chunk[:keep]).split(b"\n\n")
                self._see([_line(block) for block in blocks if not block.startswith(b":")])
                if cut_after is not None and received >= cut_after:
                    return stream.status_code
        assert rest == b"", "the stream ended in the middle of an event"
        return stream.status_code

    def _see(self, lines: list[Line]) -> None:
        self.seen += lines
        for seq, _, _ in lines:
            self._reached[seq].set()


async def journal(folder: Path, run_id: str) -> list[Line]:
    """The events of a run as they are stored, read beside the service."""
    async with ReadOnlyJournal.open(folder / ".callsheet" / "journal.db") as records:
        return [(record.seq, record.type, record.data) for record in await records.read(RunId(run_id))]


def _line(block: bytes) -> Line:
    fields = dict(line.split(b": ", 1) for line in block.split(b"\n"))
    return int(fields[b"id"]), fields[b"event"].decode(), fields[b"data"]
