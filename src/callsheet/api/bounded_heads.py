"""uvicorn's fast protocol, with a bound on the head of a request: without one, 180 MB of headers were taken."""

from typing import Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

MAX_HEAD_BYTES: Final = 64 * 1024


class BoundedHeads(HttpToolsProtocol):
    """Refuses a request whose line and headers go on for more than 64 KiB and the chunk in which they pass that."""

    _head_bytes = 0
    _in_head = False

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol.data_received`; one chunk is at most 256 KiB."""
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse()

    def on_message_begin(self) -> None:
        """The parser's first call for a request."""
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The parser's call at the end of a request's head."""
        self._in_head = False
        super().on_headers_complete()

    def _refuse(self) -> None:
        cycle = cast("RequestResponseCycle | None", self.cycle)  # None before the first request
        if cycle is not None and not cycle.response_complete:
            self.transport.abort()  # an answer is under way on this connection
        else:
            self.send_400_response(f"The head of the request is longer than {MAX_HEAD_BYTES} bytes.")
