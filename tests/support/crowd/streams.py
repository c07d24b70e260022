"""Subscribers by the hundred in one process: each does as little as it can with what it reads, and misses nothing."""

import asyncio
import hashlib
import re
import time
from array import array
from collections import Counter
from datetime import datetime
from typing import Any, Final

import orjson

_END: Final = b"\r\n0\r\n\r\n"
_FRAME: Final = re.compile(rb"([0-9a-f]+)\r\n")
_KNOWN: Final = 200_000

Stamped = tuple[dict[str, Any], float]
"""The data of an event, and its moment in seconds since 1970."""


class Decoder:
    """Reads events once for all who get the same bytes."""

    def __init__(self) -> None:
        self._known: dict[bytes, Stamped] = {}

    def read(self, block: bytes) -> Stamped:
        """The event in a block of `run_status` or of a run's stream."""
        found = self._known.get(block)
        if found is None:
            data = block[block.index(b"\ndata: ") + 7 :].split(b"\n", 1)[0]
            fields: dict[str, Any] = orjson.loads(data)
            moment = fields.get("finished_at") or fields.get("started_at") or fields.get("at")
            found = fields, datetime.fromisoformat(moment).timestamp() if moment else 0.0
            if len(self._known) > _KNOWN:
                self._known.clear()
            self._known[block] = found
        return found


class Stream(asyncio.Protocol):
    """One healthy subscriber over a socket; what it gets is passed on block by block.

    Attributes:
        ages: of each event, how many seconds after its moment it came.
        faults: what was wrong with the stream.
        ended: set when the connection is gone.
        complete: whether the server ended the stream as HTTP wants it.
    """

    def __init__(self, path: str) -> None:
        self.ages = array("f")
        self.faults: list[str] = []
        self.ended = asyncio.Event()
        self.open = asyncio.Event()
        self.complete = False
        self._path = path
        self._raw = bytearray()
        self._text = bytearray()
        self._in_head = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(f"GET {self._path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        """Take apart what came."""
        now = time.time()
        self._raw += data
        if self._in_head and not self._head():
            return
        self._unframe()
        *blocks, rest = self._text.split(b"\n\n")
        self._text = bytearray(rest)
        for block in blocks:
            if block and not block.startswith(b":"):
                self.take(bytes(block), now)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self.open.set()
        self.ended.set()

    def take(self, block: bytes, now: float) -> None:
        """One event, that came at `now`."""
        raise NotImplementedError

    def _head(self) -> bool:
        end = self._raw.find(b"\r\n\r\n")
        if end < 0:
            return False
        status = bytes(self._raw[:end]).split(b" ", 2)[1]
        if status != b"200":
            self.faults.append(f"status {status.decode()}")
            self.transport.close()
        del self._raw[: end + 4]
        self._in_head = False
        self.open.set()
        return True

    def _unframe(self) -> None:
        while (frame := _FRAME.match(self._raw)) is not None:
            begin, size = frame.end(), int(frame[1], 16)
            if len(self._raw) < begin + size + 2:
                return
            self._text += self._raw[begin : begin + size]
            del self._raw[: begin + size + 2]
            if size == 0:
                self.complete = True
                self.transport.close()


class RunStream(Stream):
    """A subscriber of one run: every event from the first on, in order, each once."""

    def __init__(self, run_id: str, decoder: Decoder) -> None:
        super().__init__(f"/api/runs/{run_id}/events")
        self.run_id = run_id
        self.last = 0
        self._decoder = decoder
        self._digest = hashlib.blake2b(digest_size=16)
        self._begun = time.time()

    def take(self, block: bytes, now: float) -> None:
        """See `Stream.take`."""
        _, moment = self._decoder.read(block)
        lines = dict(line.split(b": ", 1) for line in block.split(b"\n"))
        seq = int(lines[b"id"])
        if seq != self.last + 1:
            self.faults.append(f"event {seq} after {self.last}")
        self.last = seq
        add_event(self._digest, seq, lines[b"event"].decode(), lines[b"data"])
        if moment > self._begun:  # what happened before comes as a replay
            self.ages.append(now - moment)

    @property
    def digest(self) -> str:
        """Of all that came; see `add_event`."""
        return self._digest.hexdigest()


class FeedStream(Stream):
    """A subscriber of all runs: of each run the latest, never an older one after a newer one, and its end.

    Attributes:
        refetched: how often it was told to fetch the list again.
        ended_runs: the runs whose end it saw.
    """

    def __init__(self, decoder: Decoder, names: dict[str, int]) -> None:
        super().__init__("/api/events")
        self.refetched = 0
        self.ended_runs = bytearray()
        self._decoder = decoder
        self._names = names
        self._seqs = array("I")

    def take(self, block: bytes, now: float) -> None:
        """See `Stream.take`."""
        if not block.startswith(b"event: run_status"):
            self.refetched += block.startswith(b"event: refetch")
            return
        fields, moment = self._decoder.read(block)
        name = self._names.setdefault(fields["run_id"], len(self._names))
        if name >= len(self._seqs):
            more = name + 1024 - len(self._seqs)
            self._seqs.extend([0] * more)
            self.ended_runs.extend(bytes(more))
        if fields["last_seq"] <= self._seqs[name]:
            self.faults.append(f"seq {fields['last_seq']} after {self._seqs[name]}")
        self._seqs[name] = fields["last_seq"]
        if fields["finished_at"]:
            self.ended_runs[name] = 1
        if fields["finished_at"] or fields["last_seq"] == 1:
            self.ages.append(now - moment)

    def saw_end(self, run_id: str) -> bool:
        """Whether the run's end came."""
        name = self._names.get(run_id)
        return name is not None and name < len(self.ended_runs) and bool(self.ended_runs[name])


def add_event(digest: "hashlib.blake2b", seq: int, kind: str, data: bytes) -> None:
    """One event more of a run: what was sent and what is stored give the same digest when they are the same."""
    digest.update(b"%d %b " % (seq, kind.encode()))
    digest.update(data)


def merged(faults: list[list[str]]) -> dict[str, int]:
    """How often each fault was seen; the twenty most frequent."""
    return dict(Counter(fault for each in faults for fault in each).most_common(20))
