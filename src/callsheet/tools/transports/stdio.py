"""MCP over a child's stdin and stdout, with a cap on each line and a good word for every line that cannot be used.

The streams touch the pipes themselves: no task and no queue lies between the child and the SDK's session, and a write
never waits for the child to read, so that a call can be abandoned at once even when the child has stopped doing so.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Final

import anyio
from mcp import MCPError
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCRequest

from callsheet.tools.faults import FAULT_CODE, Fault, FaultKind, FaultMark
from callsheet.tools.redaction import Known, Redaction
from callsheet.tools.servers import StdioServer
from callsheet.tools.transports.amplification import excess
from callsheet.tools.transports.child import Child, start
from callsheet.tools.transports.lines import FLOOD_FACTOR, Line, LineCutter
from callsheet.tools.transports.orphans import Children
from callsheet.tools.transports.streams import ReceiveStream, Stream, message_of, refusal

HIGH_WATER: Final = 256 * 2**10
"""Bytes of lines that may wait to be parsed before the child is made to wait."""

LINE_COST: Final = 256
"""Bytes that a waiting line takes beside its own."""

STREAK: Final = 16
"""Messages handed over in one go before the event loop gets its turn."""

UNREAD_FACTOR: Final = 16
"""A child that leaves this many times the message cap unread is not listening any more."""


class Answers(ReceiveStream):
    """The messages that a child writes, parsed when the session takes them."""

    def __init__(self, cap: int, mark: FaultMark) -> None:
        self._cap = cap
        self._mark = mark
        self._cutter = LineCutter(cap)
        self._lines: deque[Line] = deque()
        self._waiting_bytes = 0
        self._streak = 0
        self._wake: asyncio.Future[None] | None = None
        self._paused: asyncio.ReadTransport | None = None
        self._ended = False
        self._closed = False
        self.received = 0

    @property
    def flooded(self) -> bool:
        """Whether the child writes a line that does not end."""
        return self._cutter.flooded

    def feed(self, chunk: bytes, stdout: asyncio.ReadTransport) -> None:
        """Take what the child wrote; `stdout` is paused when too much of it waits."""
        self.received += len(chunk)
        if self._closed:
            return
        for line in self._cutter.feed(chunk):
            self._lines.append(line)
            self._waiting_bytes += len(line.head) + LINE_COST
        if self._lines:
            self._rouse()
        if self._waiting_bytes > HIGH_WATER and self._paused is None:
            stdout.pause_reading()
            self._paused = stdout

    def end(self) -> None:
        """Nothing more comes. What waits is still delivered."""
        self._ended = True
        self._rouse()

    async def receive(self) -> SessionMessage | Exception:
        """The next message.

        Raises:
            anyio.EndOfStream: the child closed its stdout.
            anyio.ClosedResourceError: the stream was closed on this side.
        """
        while True:
            while self._lines:
                await self._take_turns()
                line = self._lines.popleft()
                self._waiting_bytes -= len(line.head) + LINE_COST
                if (message := self._message(line)) is not None:
                    return message
            self._resume()
            if self._closed:
                raise anyio.ClosedResourceError
            if self._ended:
                raise anyio.EndOfStream
            self._streak = 0
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake

    async def aclose(self) -> None:
        """Deliver nothing more; what the child still writes is read and thrown away, so that it can end."""
        self._closed = True
        self._lines.clear()
        self._resume()
        self._rouse()

    async def _take_turns(self) -> None:
        self._streak += 1
        if self._streak > STREAK:
            self._streak = 0
            await asyncio.sleep(0)

    def _resume(self) -> None:
        if self._paused is not None:
            self._paused.resume_reading()
            self._paused = None

    def _rouse(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def _message(self, line: Line) -> SessionMessage | None:
        if line.over_cap:
            return self._refusal(line, FaultKind.TOO_LARGE, f"the answer is larger than {self._cap} bytes")
        if (too_much := excess(line.head)) is not None:
            return self._refusal(line, FaultKind.UNREADABLE, f"the answer {too_much}")
        try:
            return SessionMessage(message_of(line.head.decode()))
        except ValueError:
            # Text that is not even meant as a message, such as a print() left in the server, harms nobody.
            if not line.head.lstrip().startswith(b"{"):
                return None
            return self._refusal(line, FaultKind.UNREADABLE, "the answer is not a JSON-RPC message")

    def _refusal(self, line: Line, kind: FaultKind, detail: str) -> SessionMessage | None:
        return refusal(line, Fault(kind=kind, detail=detail), self._mark)


class _Batch:
    """Lines that are written together, when the event loop has had its turn."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.is_over = asyncio.Event()
        self.is_written = False


class Requests(Stream):
    """Writes messages to a child's stdin.

    Of those that are sent in one turn of the event loop, the first is written at once, so that the child can begin, and
    the others together.
    """

    def __init__(self, child: Child, limit: int, mark: FaultMark) -> None:
        self._child = child
        self._stdin = child.stdin
        self._limit = limit
        self._mark = mark
        self._batch: _Batch | None = None

    async def send(self, item: SessionMessage) -> None:
        """Write one message.

        Raises:
            mcp.MCPError: a request could not be written, because the child has ended or does not read. It did not see
                it, so that another session may be asked the same.
            anyio.BrokenResourceError: the same with any other message.
        """
        line = item.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n"
        if self._batch is None:
            is_written = self._write(line)
            self._batch = _Batch()
            asyncio.get_running_loop().call_soon(self._flush)
        else:
            batch = self._batch
            batch.lines.append(line)
            await batch.is_over.wait()
            is_written = batch.is_written
        if not is_written:
            raise await self._unwritten(item)

    async def aclose(self) -> None:
        """Tell the child that nothing more comes."""
        self._flush()
        self._stdin.close()

    def _write(self, data: bytes) -> bool:
        """Whether the child may get it: a pipe that is broken, or breaks at this write, takes nothing of it."""
        if self._stdin.is_closing() or self._stdin.get_write_buffer_size() > self._limit:
            return False
        self._stdin.write(data)
        return not self._stdin.is_closing()

    def _flush(self) -> None:
        batch, self._batch = self._batch, None
        if batch is not None:
            batch.is_written = not batch.lines or self._write(b"".join(batch.lines))
            batch.is_over.set()

    async def _unwritten(self, item: SessionMessage) -> Exception:
        if not isinstance(item.message, JSONRPCRequest):
            return anyio.BrokenResourceError()
        await self._child.settled()  # its exit status and last words tell why
        fault = Fault(kind=FaultKind.SESSION_GONE, detail="it reads no more requests")
        return MCPError(code=FAULT_CODE, message=fault.detail, data=self._mark.write(fault))


class StdioLink:
    """The `Link` to a stdio server. `on_lost` is called once the server can answer no more."""

    has_sessions = False

    def __init__(
        self,
        server: StdioServer,
        environment: Mapping[str, str],
        mark: FaultMark,
        on_lost: Callable[[], None],
        children: Children,
        known: Known | None = None,
    ) -> None:
        self._server = server
        self._known = known
        self._children = children
        self._environment = environment
        self._on_lost = on_lost
        self._cap = server.options.max_message_bytes
        self._answers = Answers(self._cap, mark)
        self._child: Child | None = None
        self._flooded = False
        self.mark = mark

    @property
    def received(self) -> int | None:
        """See `Link`."""
        return self._answers.received

    def instead(self) -> None:
        """See `Link`: there is no other way to a program."""

    def epitaph(self) -> str:
        """See `Link`."""
        flood = f" It wrote {FLOOD_FACTOR * self._cap} bytes without a newline." if self._flooded else ""
        return flood + (self._child.epitaph() if self._child is not None else "")

    async def __aenter__(self) -> tuple[Answers, Requests]:
        """Start the server.

        Raises:
            CannotStart: see `callsheet.tools.transports.child`.
        """
        redactor = Redaction(self._server.secrets, self._known).redactor()
        self._child = await start(self._server, self._environment, self._feed, self._end, self._children, redactor)
        return self._answers, Requests(self._child, UNREAD_FACTOR * self._cap, self.mark)

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self._answers.aclose()
        if self._child is not None:
            with anyio.CancelScope(shield=True):
                await self._child.stop()

    def _feed(self, chunk: bytes, stdout: asyncio.ReadTransport) -> None:
        self._answers.feed(chunk, stdout)
        if self._answers.flooded and not self._flooded and self._child is not None:
            self._flooded = True
            self._child.kill()

    def _end(self) -> None:
        self._answers.end()
        self._on_lost()
