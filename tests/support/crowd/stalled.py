"""Subscribers that never read, and when they were cut."""

import asyncio
import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Stalled:
    """Sockets with little room, from which nothing is read.

    Attributes:
        cut_after: of each that was cut, the seconds from its beginning.
        half: set when half of them were cut.
    """

    port: int
    cut_after: list[float] = field(default_factory=list[float])
    half: asyncio.Event = field(default_factory=asyncio.Event)
    _sockets: dict[int, tuple[socket.socket, float]] = field(default_factory=dict[int, tuple[socket.socket, float]])
    _poll: select.poll = field(default_factory=select.poll)

    def begin(self, paths: Sequence[str]) -> None:
        """Subscribe to each path."""
        for path in paths:
            one = socket.socket()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(("127.0.0.1", self.port))
            one.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            self._sockets[one.fileno()] = one, time.monotonic()
            self._poll.register(one, 0)  # errors and hang-ups are reported without being asked for

    async def watch(self) -> None:
        """Note when each is cut; returns when all were."""
        while self._sockets:
            for number, _ in await asyncio.to_thread(self._poll.poll, 200):
                one, begun = self._sockets.pop(number)
                self.cut_after.append(time.monotonic() - begun)
                self._poll.unregister(one)
                one.close()
            if len(self.cut_after) >= len(self._sockets):
                self.half.set()

    @property
    def left(self) -> int:
        """How many were not cut."""
        return len(self._sockets)

    def close(self) -> None:
        """Leave with those that were not cut."""
        for one, _ in self._sockets.values():
            one.close()
