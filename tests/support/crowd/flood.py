"""Submissions at a rate that does not ask how the service does, over connections that are used again."""

import asyncio
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

CONNECTIONS: Final = 200
_LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CODE: Final = re.compile(rb'"code": ?"([a-z_.]+)"')


@dataclass
class Flood:
    """What became of the submissions.

    Attributes:
        accepted: the runs that were answered with 202.
        answers: how many answers of each kind, such as `202` and `503 queue.full`.
        impatient: refusals without `Retry-After`.
        broken: connections that gave no answer.
        held: submissions that were not sent: every connection was still waiting for an answer.
        latencies: seconds of each answer.
    """

    port: int
    body: bytes
    accepted: list[str] = field(default_factory=list[str])
    answers: Counter[str] = field(default_factory=Counter[str])
    impatient: int = 0
    broken: int = 0
    held: int = 0
    latencies: list[float] = field(default_factory=list[float])

    async def send(self, rate: float, seconds: float, connections: int = CONNECTIONS) -> None:
        """Send `rate` a second for so many seconds."""
        turns: asyncio.Queue[None] = asyncio.Queue(maxsize=connections)
        async with asyncio.TaskGroup() as group:
            senders = [group.create_task(self._sender(turns)) for _ in range(connections)]
            begun, sent = time.monotonic(), 0
            while (passed := time.monotonic() - begun) < seconds:
                for _ in range(int(passed * rate) - sent):
                    sent += 1
                    if turns.full():
                        self.held += 1
                    else:
                        turns.put_nowait(None)
                await asyncio.sleep(0.005)
            await turns.join()
            for sender in senders:
                sender.cancel()

    async def _sender(self, turns: asyncio.Queue[None]) -> None:
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        while True:
            await turns.get()
            try:
                streams = streams or await asyncio.open_connection("127.0.0.1", self.port)
                if not await self._submit(*streams):
                    streams[1].close()
                    streams = None
            except (OSError, EOFError):
                self.broken += 1
                streams = None
            finally:
                turns.task_done()

    async def _submit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection can be used again."""
        begun = time.monotonic()
        head = b"POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
        writer.write(head + b"%d\r\n\r\n%b" % (len(self.body), self.body))
        answer = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(answer)
        if length is None:
            raise EOFError
        body = await reader.readexactly(int(length[1]))
        self.latencies.append(time.monotonic() - begun)
        status = answer.split(b" ", 2)[1].decode()
        if status == "202":
            self.answers["202"] += 1
            self.accepted.append(orjson.loads(body)["run_id"])
        else:
            code = _CODE.search(body)
            self.answers[f"{status} {code[1].decode() if code else body[:40].decode()}"] += 1
            self.impatient += b"\r\nretry-after: " not in answer.lower()
        return b"connection: close" not in answer.lower()

    def report(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "accepted": self.accepted,
            "answers": dict(self.answers),
            "impatient": self.impatient,
            "broken": self.broken,
            "held": self.held,
            "latencies": self.latencies,
        }
