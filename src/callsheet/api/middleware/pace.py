"""A burst of requests shall not hold up those who are being answered: few begin in each turn of the event loop.

A request that begins costs some milliseconds (its parsing, its checks) without ever waiting. Two hundred that come at
once would begin in one turn, and every event of every stream waits for that turn to end, several times on its way.
"""

import asyncio
from collections import deque
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from callsheet.api.errors import refuse

PER_TURN: Final = 4
"""Requests that begin in one turn of the event loop."""

MAX_WAITING: Final = 500
"""Requests that wait for their turn; more are refused."""


class Pace:
    """Lets requests begin in the order in which they came, some in each turn of the event loop.

    Nothing is limited but that: as many are at work at once as ever, and where few come none waits.

    Args:
        app: what is behind it.
        per_turn: see `PER_TURN`.
        max_waiting: see `MAX_WAITING`.
    """

    def __init__(self, app: ASGIApp, *, per_turn: int = PER_TURN, max_waiting: int = MAX_WAITING) -> None:
        self._app = app
        self._per_turn = per_turn
        self._max_waiting = max_waiting
        self._begun = 0
        self._waiting: deque[asyncio.Event] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] == "http" and self._begun >= self._per_turn:
            if len(self._waiting) >= self._max_waiting:
                detail = "More requests come than can be answered. Send this one again in a moment."
                return await refuse(scope, receive, send, "unavailable", detail)
            turn = asyncio.Event()
            self._waiting.append(turn)
            await turn.wait()
        else:
            self._begin()
        return await self._app(scope, receive, send)

    def _begin(self) -> None:
        if not self._begun:
            asyncio.get_running_loop().call_soon(self._next_turn)
        self._begun += 1

    def _next_turn(self) -> None:
        self._begun = 0
        while self._waiting and self._begun < self._per_turn:
            self._begin()
            self._waiting.popleft().set()
