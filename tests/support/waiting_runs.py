"""A toy instead of the interpreter: each run is one step that waits for a message or for a moment."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from callsheet.runs.codec import decode
from callsheet.runs.control import Control, Interrupted, Wish
from callsheet.runs.events import Event, ParentStep, RunId, RunStatus
from callsheet.runs.ports import Clock, Engine, Journal
from callsheet.runs.state import RunState, fold
from tests.support.events import new_run, run_finished, run_resumed, run_waiting, step_started, step_waiting

PATIENCE = 20
"""Seconds, against a hang: a busy machine may stand still for some of them."""

WAITS = 3
"""The `step_waiting` event of every such run."""


class Point(StrEnum):
    """Where an execution can be held up."""

    BEGUN = "begun"
    LOOKED = "looked"
    PARKED = "parked"


class WaitingRuns:
    """Creates such runs and executes them.

    Attributes:
        begun: the runs of all executions, in their order.
        woken: the runs whose control was told to look again.
    """

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self.begun: list[RunId] = []
        self.woken: list[RunId] = []
        self._journal = journal
        self._clock = clock
        self._until: dict[RunId, datetime | None] = {}
        self._parents: dict[RunId, RunId] = {}
        self._changed = asyncio.Condition()
        self._passed: list[tuple[RunId, Point]] = []
        self._closed: set[tuple[RunId, Point]] = set()

    async def create(self, until: datetime | None = None, parent: RunId | None = None) -> RunId:
        """A new run that nobody executes yet."""
        step = None if parent is None else ParentStep(run_id=parent, seq=WAITS, depth=1)
        run_id = (await self._journal.create(new_run(parent=step))).run_id
        self._until[run_id] = until
        if parent is not None:
            self._parents[run_id] = parent
        return run_id

    async def execute(self, run_id: RunId, control: Control, engine: Engine) -> datetime | None:
        """See `callsheet.engine.local.Execute`."""
        self.begun.append(run_id)
        stop = control.listen(lambda: self.woken.append(run_id))
        try:
            return await self._execute(run_id, control, engine)
        finally:
            stop()

    async def finished(self, run_id: RunId) -> RunStatus:
        """How the run ended, once it has; `PATIENCE` at most."""
        seq = 0
        async with asyncio.timeout(PATIENCE):
            while not (row := await self._journal.summary(run_id)).status.is_terminal:
                seq = row.last_seq
                await self._journal.wait(run_id, seq)
        return row.status

    async def reached(self, run_id: RunId, point: Point, times: int = 1) -> None:
        """Return when executions of the run have come there so often; `PATIENCE` at most."""
        await self._until_true(lambda: self._passed.count((run_id, point)) >= times)

    def hold(self, run_id: RunId, point: Point) -> None:
        """Let executions of the run wait there."""
        self._closed.add((run_id, point))

    async def let_go(self, run_id: RunId, point: Point) -> None:
        """Let them go on, now and later."""
        async with self._changed:
            self._closed.discard((run_id, point))
            self._changed.notify_all()

    async def _until_true(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(condition)

    async def _pass(self, run_id: RunId, point: Point) -> None:
        # In time: else a test that failed would wait for an execution that waits for the test.
        async with asyncio.timeout(PATIENCE), self._changed:
            self._passed.append((run_id, point))
            self._changed.notify_all()
            await self._changed.wait_for(lambda: (run_id, point) not in self._closed)

    async def _execute(self, run_id: RunId, control: Control, engine: Engine) -> datetime | None:
        state = fold(map(decode, await self._journal.read(run_id)))
        if state.status.is_terminal:
            return None
        if state.last_seq == 1:
            await self._append(state, [step_started(run_id), step_waiting(run_id)])
        await self._pass(run_id, Point.BEGUN)
        until, messages = self._until[run_id], await self._journal.messages(run_id)
        await self._pass(run_id, Point.LOOKED)
        if _cancelled(control):
            return await self._end(state, RunStatus.CANCELLED, engine)
        if WAITS in messages or (until is not None and until <= self._clock.now()):
            return await self._end(state, RunStatus.SUCCESS, engine)
        resumed = [run_resumed(run_id)] if state.status is RunStatus.WAITING else []
        await self._append(state, [*resumed, run_waiting(run_id, until=until, messages=len(messages))])
        await self._pass(run_id, Point.PARKED)
        return until

    async def _end(self, state: RunState, status: RunStatus, engine: Engine) -> None:
        resumed = [run_resumed(state.run_id)] if state.status is RunStatus.WAITING else []
        await self._append(state, [*resumed, run_finished(state.run_id, status)])
        if state.run_id in self._parents:
            await engine.dispatch(self._parents[state.run_id])

    async def _append(self, state: RunState, events: list[Event]) -> None:
        await self._journal.append(state.run_id, state.last_seq, events)
        for event in events:
            state.apply(event)


def _cancelled(control: Control) -> bool:
    try:
        with control:
            return False
    except Interrupted as exc:
        return exc.wish is Wish.CANCEL
