"""Runs that this process executes; what is done with them is in the audit log."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from callsheet.access.acts import Acts
from callsheet.cli.recorded import recorded
from callsheet.runs.answers import Answer, Answers
from callsheet.runs.bulk import BulkAction, BulkReport, act_on_many
from callsheet.runs.deeds import answer_details, bulk_details, bulk_made, fork_details
from callsheet.runs.events import Record, RunId, RunStatus, StepPath
from callsheet.runs.forks import ForkWish
from callsheet.runs.ports import RunFilter
from callsheet.scenario.json import JsonObject
from callsheet.system import System


class LocalAnswers:
    """The `AnswersAccess` port over answers that this process stores."""

    def __init__(self, answers: Answers, acts: Acts) -> None:
        self._answers = answers
        self._acts = acts

    async def answer(self, run_id: RunId, path: StepPath, answer: Answer) -> None:
        """See `AnswersAccess`."""
        details = {"step_path": path, **answer_details(answer)}
        async with recorded(self._acts, "run.answer", run_id, details=details):
            await self._answers.answer(run_id, path, answer)

    async def knows_caller(self) -> bool:
        """See `AnswersAccess`. Whoever works with the data folder itself is believed."""
        return False


class LocalRuns(LocalAnswers):
    """The `RunsAccess` port over a system of this process.

    Args:
        system: whose runs they are.
        acts: writes the audit log.
    """

    def __init__(self, system: System, acts: Acts) -> None:
        super().__init__(system.answers, acts)
        self._system = system

    async def document(self, scenario_id: str) -> JsonObject:
        """See `RunsAccess`."""
        return (await self._system.catalog.get(scenario_id)).document or {}

    async def submit(self, scenario_id: str, run_input: JsonObject, priority: int = 0) -> RunId:
        """See `RunsAccess`."""
        async with recorded(self._acts, "run.start", scenario_id) as act:
            run_id = (await self._system.runs.submit(scenario_id, run_input, priority=priority)).run_id
            act.made(run_id)
        return run_id

    async def start_schedule(self, name: str) -> RunId:
        """See `RunsAccess`."""
        async with recorded(self._acts, "schedule.trigger", name) as act:
            run, _ = await self._system.triggers.start(name)
            act.made(run.run_id)
        return run.run_id

    async def follow(self, run_id: RunId) -> AsyncGenerator[Record]:
        """See `RunsAccess`."""
        async with aclosing(self._system.runs.follow(run_id)) as batches:
            async for records in batches:
                for record in records:
                    yield record

    async def fork(self, run_id: RunId, wish: ForkWish) -> RunId:
        """See `RunsAccess`."""
        async with recorded(self._acts, "run.fork", run_id, details=fork_details(wish)) as act:
            fork_id = (await self._system.runs.fork(run_id, wish)).summary.run_id
            act.made(fork_id)
        return fork_id

    async def resume(self, run_id: RunId) -> None:
        """See `RunsAccess`."""
        async with recorded(self._acts, "run.resume", run_id):
            await self._system.runs.resume(run_id)

    async def delete(self, run_id: RunId) -> None:
        """See `RunsAccess`."""
        async with recorded(self._acts, "run.delete", run_id):
            await self._system.runs.delete(run_id)

    async def bulk(self, action: BulkAction, where: RunFilter, *, latest: bool, dry_run: bool) -> BulkReport:
        """See `RunsAccess`."""
        details = bulk_details(action, where, dry_run=dry_run)
        async with recorded(self._acts, "run.bulk", details=details) as act:
            outcome = await act_on_many(self._system.runs, action, where, latest=latest, dry_run=dry_run)
            act.made(bulk_made(len(outcome.done), len(outcome.matched)))
        return outcome.report()

    async def ended(self, runs: Sequence[RunId]) -> None:
        """See `RunsAccess`."""
        for run_id in runs:
            async for _ in self.follow(run_id):
                pass

    async def cancel(self, run_id: RunId) -> RunStatus:
        """See `RunsAccess`."""
        async with recorded(self._acts, "run.cancel", run_id):
            return (await self._system.runs.cancel(run_id)).status

    async def leave(self) -> None:
        """See `RunsAccess`."""
        await self._system.engine.drain(0)
