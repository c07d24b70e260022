"""Calls that stay open while a person thinks: the caller has left, and comes back with the answer."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Final

from mcp import MCPError

from callsheet.runs.events import RunId
from callsheet.runs.tools import ToolInfo
from callsheet.tools.session.connection import Session
from callsheet.tools.session.in_flight import OpenCall

_GOODBYE: Final = 2.0
"""Seconds that a server has to end a call whose question was cancelled."""


@dataclass(slots=True, kw_only=True, eq=False)
class HeldCall:
    """One of them: `request` is the call itself, which ends with its result or its connection."""

    run_id: RunId | None
    tool: ToolInfo
    session: Session
    open: OpenCall
    request: "asyncio.Task[object]"
    expiry: asyncio.TimerHandle | None = None

    @property
    def is_lost(self) -> bool:
        """Whether its connection ended, so that no answer reaches its server any more."""
        request = self.request
        return request.cancelled() or (request.done() and isinstance(request.exception(), MCPError))


class HeldCalls:
    """The held calls of one server. Nothing is held longer than `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._calls: dict[str, HeldCall] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def hold(self, call: HeldCall) -> str:
        """Keep a call; the key under which it is found again."""
        key = secrets.token_urlsafe(18)
        self._calls[key] = call
        call.expiry = asyncio.get_running_loop().call_later(self._seconds, self._give_up, key)
        return key

    def take(self, key: str) -> HeldCall | None:
        """The call, which is not held any more; None when there is none, or its connection was lost."""
        call = self._calls.pop(key, None)
        if call is None:
            return None
        if call.expiry is not None:
            call.expiry.cancel()
        return None if call.is_lost else call

    def holds(self, run_id: RunId) -> bool:
        """Whether there is a call of a run, and its connection."""
        return any(call.run_id == run_id and not call.is_lost for call in self._calls.values())

    def release(self, run_id: RunId) -> None:
        """Let go of the calls of a run."""
        for key in [key for key, call in self._calls.items() if call.run_id == run_id]:
            self._give_up(key)

    def _give_up(self, key: str) -> None:
        call = self.take(key)
        if call is not None:
            call.open.answer(None)
            # The server may end the call by itself, now that its question was dismissed.
            asyncio.get_running_loop().call_later(_GOODBYE, call.request.cancel)
