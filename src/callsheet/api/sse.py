"""The event stream: records of the journal as Server-Sent Events.

The only file that knows sse-starlette. One event is

```
event: <type>
data: <json>
id: <seq>
```

and an empty line; the type and the data stand first, so that a client that reads these two lines of each block works.
For the same reason `retry` is the last line of the first event's block and no block of its own.
"""

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, aclosing, nullcontext
from typing import Final, cast

import anyio.lowlevel
from loguru import logger
from sse_starlette import EventSourceResponse
from sse_starlette.sse import AppStatus, SendTimeoutError
from starlette.types import Message, Receive, Scope, Send

from callsheet.api.draining import Draining
from callsheet.api.elision import event_text
from callsheet.api.options import ApiOptions
from callsheet.errors.kinds import CallsheetError
from callsheet.runs.events import Record, RunId
from callsheet.runs.service import RunService

ABORT: Final = "callsheet.abort"
"""The scope's key of a function that drops the connection, with whatever is still to be sent on it."""

RETRY: Final = b"retry: 2000\n"
"""A line that tells a client after how many milliseconds to reconnect."""

_MAX_CHUNK: Final = 64 * 1024
_GRACE: Final = 1.0
_HEADERS: Final = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


class EventStream(EventSourceResponse):
    """The response: keeps the connection open with comments, cuts a subscriber that does not read, ends on shutdown.

    `counted` is entered while the stream is open.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        content: AsyncGenerator[bytes],
        options: ApiOptions,
        draining: Draining,
        counted: AbstractContextManager[None] | None = None,
    ) -> None:
        # The library's `dict` without parameters makes its signature "partially unknown".
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            content,
            headers=_HEADERS,
            ping=options.ping,
            sep="\n",
            send_timeout=options.send_timeout,
            shutdown_event=draining.event,
            shutdown_grace_period=_GRACE,
        )
        self._counted = counted or nullcontext()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream until it ends, the client leaves or does not read for `send_timeout` seconds."""
        complete = False

        async def watched(message: Message) -> None:
            nonlocal complete
            await send(message)
            complete = message["type"] == "http.response.body" and not message.get("more_body", False)

        try:
            with self._counted:
                await super().__call__(scope, receive, watched)
        except SendTimeoutError:
            logger.info("The subscriber of {} did not read for {} s and was cut.", scope["path"], self.send_timeout)
        if not complete:
            await _drop(scope)


async def _drop(scope: Scope) -> None:
    """Drop the connection: one that is merely closed waits for the peer to take what is buffered, perhaps for ever."""
    abort = cast("Callable[[], None] | None", scope.get(ABORT))
    if abort is not None:
        abort()
        await anyio.lowlevel.checkpoint()


async def event_stream(runs: RunService, run_id: RunId, after: int, draining: Draining) -> AsyncGenerator[bytes]:
    """The events of a run after `after`, as bytes to send; ends after `run_finished` and when the service stops.

    The run must exist: an error in here comes after the status line.
    """
    first = True
    async with aclosing(runs.follow(run_id, after)) as batches:
        while not draining.started and (records := await _next(batches, run_id, draining)):
            for chunk in chunks(records, retry=first):
                first = False
                yield chunk


def chunks(records: Sequence[Record], *, retry: bool, stream: bytes = b"") -> Iterator[bytes]:
    """The records as blocks, together up to 64 KiB; `retry` tells the client in the first how soon to reconnect.

    Args:
        records: in order.
        retry: see above.
        stream: stands before the seq in each `id`, where one connection carries the events of several runs.
    """
    first = RETRY if retry else b""
    return joined(
        block(record.type, event_text(record), b"id: %b%d\n%b" % (stream, record.seq, b"" if index else first))
        for index, record in enumerate(records)
    )


def joined(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks, together up to 64 KiB."""
    pending: list[bytes] = []
    size = 0
    for each in blocks:
        if pending and size + len(each) > _MAX_CHUNK:
            yield b"".join(pending)
            pending.clear()
            size = 0
        pending.append(each)
        size += len(each)
    if pending:
        yield b"".join(pending)


def block(kind: str, data: bytes, more: bytes = b"") -> bytes:
    """One event; `more` are whole lines that follow its data."""
    return b"event: %b\ndata: %b\n%b\n" % (kind.encode(), data, more)


def forget_shutdown() -> None:
    """Undo the library's mark, which is the process's, that a server was stopped; for the next server in it."""
    AppStatus.should_exit = False


async def _next(
    batches: AsyncGenerator[Sequence[Record]], run_id: RunId, draining: Draining
) -> Sequence[Record] | None:
    """The next batch; None when there is none, or none any more."""
    try:
        with draining.interruptible():
            return await anext(batches, None)
    except CallsheetError as exc:
        # The client reconnects with the last id and is then told, with a status, what is wrong.
        logger.warning("The event stream of run {} was ended: {}", run_id, exc.message)
    return None
