"""Whose turn it is to call: by the server's rate, by what its connection bears, and by what all processes may do."""

from dataclasses import dataclass
from typing import Final

from callsheet.errors.kinds import Unavailable
from callsheet.errors.tools import ServerUnavailable, ToolTimeout
from callsheet.runs.events import RunId
from callsheet.tools.rate import Limiter
from callsheet.tools.servers import ServerOptions
from callsheet.tools.session.causes import Target
from callsheet.tools.session.connection import Session
from callsheet.tools.share import Share
from callsheet.tools.turns import Turns

_TOTAL: Final = "totalInFlight"


class QueueFull(ServerUnavailable):
    """Too many calls wait for the server already. It was not asked, so that nothing is known of it."""


class NoTurn(ToolTimeout):
    """The deadline came before the call's turn. The server was not asked, so that nothing is known of it."""


@dataclass(slots=True)
class Progress:
    """How far a call has come: the option that makes it wait for its turn, and the session in which it was sent."""

    waits_for: str = ""
    has_turn: bool = False
    sent_in: Session | None = None


class Admission:
    """Gives the calls of one connection their turns.

    Args:
        options: the server's.
        rate: how often it may be called; None for as often as anybody likes.
        share: of the calls that it takes from all processes together; None when that has no limit.
    """

    def __init__(self, options: ServerOptions, rate: Limiter | None, share: Share | None) -> None:
        self._most_waiting = options.max_queue
        self._rate = rate
        self._turns = Turns(options.max_in_flight)
        self._share = share
        self.waiting = 0
        self.at_work = 0

    async def enter(self, run_id: RunId | None, target: Target, progress: Progress) -> None:
        """Return when a call of the run has its turn, which ends with `leave`.

        Raises:
            QueueFull: too many calls wait already.
        """
        if self.waiting >= self._most_waiting and self._must_wait():
            raise QueueFull(
                f"{self.waiting} calls are waiting for the tool server {target.server!r} already; "
                "its option 'maxQueue' sets the limit.",
                server=target.server,
                tool=target.tool,
            )
        self.waiting += 1
        try:
            await self._wait(run_id, progress)
        finally:
            self.waiting -= 1
        self.at_work += 1
        progress.has_turn = True

    def leave(self) -> None:
        """The call has ended."""
        self.at_work -= 1
        self._turns.release()
        if self._share is not None:
            self._share.release()

    def too_late(self, target: Target, seconds: float, progress: Progress) -> NoTurn | Unavailable:
        """What to say of a call whose deadline came before its turn."""
        if progress.waits_for == _TOTAL and self._share is not None and self._share.fault is not None:
            return self._share.fault
        return NoTurn(
            f"Tool {target.tool!r} of the tool server {target.server!r} did not get its turn within "
            f"{seconds:g} s (the server's option {progress.waits_for!r}).",
            server=target.server,
            tool=target.tool,
        )

    def _must_wait(self) -> bool:
        is_late = self._rate is not None and self._rate.is_busy
        return is_late or self._turns.locked() or (self._share is not None and self._share.is_full)

    async def _wait(self, run_id: RunId | None, progress: Progress) -> None:
        if self._rate is not None:
            progress.waits_for = "rateLimit"
            await self._rate.turn(run_id)
        progress.waits_for = "maxInFlight"
        await self._turns.acquire(run_id)
        if self._share is None:
            return
        progress.waits_for = _TOTAL
        try:
            await self._share.acquire(run_id)
        except BaseException:
            self._turns.release()
            raise
        progress.waits_for = "maxInFlight"
