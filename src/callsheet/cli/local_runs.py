"""Runs that this process executes."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from callsheet.runs.answers import Answer
from callsheet.runs.bulk import BulkAction, BulkReport, act_on_many
from callsheet.runs.events import Record, RunId, RunStatus, StepPath
from callsheet.runs.forks import ForkWish
from callsheet.runs.ports import RunFilter
from callsheet.scenario.json import JsonObject
from callsheet.system import System


class LocalRuns:
    """The `RunsAccess` port over a system of this process."""

    def __init__(self, system: System) -> None:
        self._system = system

    async def document(self, scenario_id: str) -> JsonObject:
        """See `RunsAccess`."""
        return (await self._system.catalog.get(scenario_id)).document or {}

    async def submit(self, scenario_id: str, run_input: JsonObject, priority: int = 0) -> RunId:
        """See `RunsAccess`."""
        return (await self._system.runs.submit(scenario_id, run_input, priority=priority)).run_id

    async def start_schedule(self, name: str) -> RunId:
        """See `RunsAccess`."""
        run, _ = await self._system.triggers.start(name)
        return run.run_id

    async def follow(self, run_id: RunId) -> AsyncGenerator[Record]:
        """See `RunsAccess`."""
        async with aclosing(self._system.runs.follow(run_id)) as batches:
            async for records in batches:
                for record in records:
                    yield record

    async def fork(self, run_id: RunId, wish: ForkWish) -> RunId:
        """See `RunsAccess`."""
        return (await self._system.runs.fork(run_id, wish)).summary.run_id

    async def resume(self, run_id: RunId) -> None:
        """See `RunsAccess`."""
        await self._system.runs.resume(run_id)

    async def delete(self, run_id: RunId) -> None:
        """See `RunsAccess`."""
        await self._system.runs.delete(run_id)

    async def bulk(self, action: BulkAction, where: RunFilter, *, latest: bool, dry_run: bool) -> BulkReport:
        """See `RunsAccess`."""
        outcome = await act_on_many(self._system.runs, action, where, latest=latest, dry_run=dry_run)
        return outcome.report()

    async def ended(self, runs: Sequence[RunId]) -> None:
        """See `RunsAccess`."""
        for run_id in runs:
            async for _ in self.follow(run_id):
                pass

    async def cancel(self, run_id: RunId) -> RunStatus:
        """See `RunsAccess`."""
        return (await self._system.runs.cancel(run_id)).status

    async def answer(self, run_id: RunId, path: StepPath, answer: Answer) -> None:
        """See `AnswersAccess`."""
        await self._system.answers.answer(run_id, path, answer)

    async def leave(self) -> None:
        """See `RunsAccess`."""
        await self._system.engine.drain(0)
