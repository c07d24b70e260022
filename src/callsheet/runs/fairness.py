"""Long work of a run in parts, between which the event loop serves everybody else."""

import asyncio
from collections.abc import Sequence
from itertools import islice
from typing import Final

from callsheet.runs.codec import decode
from callsheet.runs.events import Record
from callsheet.runs.state import RunState, fold, go_on

_RECORDS: Final = 200
"""How many records are decoded in one part: some 3 ms."""

_STEPS: Final = 150
"""How many steps are passed in one part: some 3 ms."""


class Pace:
    """Counts what all branches of a run do without waiting for anything, and makes them give way now and then."""

    def __init__(self) -> None:
        self._left = _STEPS
        self._turn: asyncio.Event | None = None

    async def step(self) -> None:
        """Count one step; every so often everybody else has a turn before this returns."""
        self._left -= 1
        while self._left < 0:
            if self._turn is None:
                self._turn = asyncio.Event()
                asyncio.get_running_loop().call_soon(self._go_on, self._turn)
            await self._turn.wait()

    def _go_on(self, turn: asyncio.Event) -> None:
        self._left, self._turn = _STEPS, None
        turn.set()


async def give_way() -> None:
    """Return when the event loop has served what is ready now."""
    turn = asyncio.Event()
    asyncio.get_running_loop().call_soon(turn.set)
    await turn.wait()


async def rebuild(records: Sequence[Record]) -> RunState:
    """The state of the run that these records tell from its beginning on.

    Raises:
        RunDamaged: they are not what was written.
    """
    remaining = iter(records)
    state = fold(map(decode, islice(remaining, _RECORDS)))
    while part := tuple(islice(remaining, _RECORDS)):
        await give_way()
        go_on(state, map(decode, part))
    return state
