"""Connections whose peer does not take its answer: closing them waits for the peer, perhaps for ever."""

import socket
import struct
from asyncio import Transport
from contextlib import suppress
from typing import Final, Protocol

SEND_SECONDS: Final = 10.0
"""In each of these a peer takes `MIN_BYTES` of what waits for it, or all of it."""

MIN_BYTES: Final = 16 * 1024


class Connection(Protocol):
    """What is looked at."""

    transport: Transport


class SlowReaders:
    """Drops connections whose unsent bytes hardly become fewer; call `sweep` about every second.

    Args:
        seconds: see `SEND_SECONDS`.
    """

    def __init__(self, seconds: float = SEND_SECONDS) -> None:
        self._seconds = seconds
        self._seen: dict[Connection, tuple[int, float]] = {}

    def sweep(self, connections: set[Connection], now: float) -> None:
        """Look at all open connections; `now` in seconds of any clock that does not jump."""
        seen: dict[Connection, tuple[int, float]] = {}
        for one in connections:
            size = one.transport.get_write_buffer_size()
            if not size:
                continue
            before, since = self._seen.get(one, (0, now))
            if size > before:  # new, or written to again: that waits until the peer has taken most of the rest
                seen[one] = size, now
            elif now - since < self._seconds:
                seen[one] = before, since
            elif before - size >= min(MIN_BYTES, before):
                seen[one] = size, now
            else:
                abort(one.transport)
        self._seen = seen


def abort(transport: Transport) -> None:
    """Close at once with a reset: else the kernel keeps what is unsent until the peer takes it."""
    peer = transport.get_extra_info("socket")
    with suppress(OSError):  # closed already
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
