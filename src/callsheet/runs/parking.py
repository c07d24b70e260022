"""Steps that wait for something outside, and the moment at which a run can be let go because all of them do."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime

from callsheet.runs.control import Control, Wish
from callsheet.runs.ports import Clock


class Parking:
    """Counts the branches of a run that are at work; when the last of them waits, the run is asked to park.

    Args:
        clock: wakes those that wait for a moment.
        control: the run's; it is asked to park.
    """

    def __init__(self, clock: Clock, control: Control) -> None:
        self._clock = clock
        self._control = control
        self._at_work = 1
        self._waiting: dict[asyncio.Future[None], datetime | None] = {}
        self.until: datetime | None = None

    async def wait(self, control: Control, until: datetime | None) -> None:
        """Return at `until`, or when somebody calls `wake`: the caller looks whether what it waits for is there.

        Raises:
            Interrupted: the run is parked, or somebody wants something else of the work under `control`.
        """
        with control:
            woken = asyncio.get_running_loop().create_future()
            with self._timer(woken, until):
                self._waiting[woken] = _earliest(until, control.deadline)
                self._at_work -= 1
                try:
                    self._park_if_all_wait()
                    await woken
                finally:
                    self._wake(woken)

    def wake(self) -> None:
        """Let everybody who waits look again."""
        for woken in tuple(self._waiting):
            self._wake(woken)

    def split(self, branches: int) -> Callable[[], None]:
        """One branch becomes several; each calls the function that is returned here when it ends."""
        self._at_work += branches - 1
        remaining = branches

        def ended() -> None:
            nonlocal remaining
            remaining -= 1
            if remaining:  # the last one becomes the branch that split
                self._at_work -= 1
                self._park_if_all_wait()

        return ended

    @contextmanager
    def _timer(self, woken: asyncio.Future[None], until: datetime | None) -> Generator[None]:
        if until is None:
            yield
            return
        remaining = max(0.0, (until - self._clock.now()).total_seconds())
        stop = self._clock.call_later(remaining, lambda: self._wake(woken))
        try:
            yield
        finally:
            stop()

    def _wake(self, woken: asyncio.Future[None]) -> None:
        # At work from now on, not from when its task gets its turn: else another one may think that all wait.
        if woken in self._waiting:
            del self._waiting[woken]
            self._at_work += 1
            if not woken.done():
                woken.set_result(None)

    def _park_if_all_wait(self) -> None:
        # Who was interrupted is at work already, though its task had no turn yet: parked, it would stay for its moment.
        if self._at_work == 0 and not any(woken.done() for woken in self._waiting):
            self.until = _earliest(*self._waiting.values())
            self._control.request(Wish.PARK)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
