"""Lists of steps at the same time: the branches of a `parallel`, the iterations of a `foreach`."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

from callsheet.runs.control import Control, Interrupted, Wish
from callsheet.runs.ended import StepFailed
from callsheet.runs.events import RunError
from callsheet.runs.execution import Execution

Branch = Callable[[int, Control], Awaitable[None]]
"""Runs one branch, by its number, under a control that can end it."""


class Branches:
    """Runs branches side by side until all have ended or one failure too many came.

    Args:
        execution: the run.
        control: of what is around; the branches get one below it.
        run: one branch.
        on_failure: told of each failure; true cancels the branches that are left.
    """

    def __init__(
        self, execution: Execution, control: Control, run: Branch, on_failure: Callable[[int, RunError], bool]
    ) -> None:
        self._execution = execution
        self._control = control.below("Another branch failed")
        self._run = run
        self._on_failure = on_failure
        self._ended_early = False
        self._resumed = False
        self._interrupted: list[Interrupted] = []

    async def run(self, numbers: Iterator[int], width: int, *, ended_early: bool = False) -> None:
        """Run the branches with these numbers, at most `width` at once, begun in this order.

        Args:
            numbers: of the branches.
            width: at least 1.
            ended_early: the journal says that the failure too many has come already: branches at work are ended, and
                no other begins.

        Raises:
            Interrupted: somebody wants something else of all of them.
        """
        if ended_early:
            self._resumed = True
            self._end_early()
        try:
            if width == 1:
                await self._work(numbers)
            else:
                await self._side_by_side(numbers, width)
        finally:
            self._control.leave()
        if self._interrupted:
            raise min(self._interrupted, key=lambda exc: not exc.wish.lets_go)

    async def _side_by_side(self, numbers: Iterator[int], width: int) -> None:
        ended = self._execution.parking.split(width)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(width):
                    group.create_task(self._worker(numbers, ended))
        except BaseExceptionGroup as exc:
            raise exc.exceptions[0] from None

    async def _worker(self, numbers: Iterator[int], ended: Callable[[], None]) -> None:
        try:
            await self._work(numbers)
        except Exception:
            self._control.request(Wish.STOP)  # the journal is away, or a fault: nothing more is written
            raise
        finally:
            ended()

    async def _work(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            try:
                await self._run(number, self._control)
            except StepFailed as exc:
                if self._on_failure(number, exc.error):
                    self._end_early()
            except Interrupted as exc:
                if exc.source is not self._control:
                    self._interrupted.append(exc)
                elif exc.wish is Wish.CANCEL and self._resumed:
                    continue  # the branches that had begun before the crash have to be ended, one by one
                return

    def _end_early(self) -> None:
        if not self._ended_early:
            self._ended_early = True
            self._control.request(Wish.CANCEL)
