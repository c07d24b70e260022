"""Runs that this process executes; what is done with them is in the audit log."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager

from callsheet.access.acts import Acts
from callsheet.cli.local_answers import LocalAnswers
from callsheet.cli.recorded import local_acts, recorded
from callsheet.runs.bulk import BulkAction, BulkReport, act_on_many
from callsheet.runs.deeds import bulk_details, bulk_made, fork_details
from callsheet.runs.events import Record, RunId, RunStatus
from callsheet.runs.forks import ForkWish
from callsheet.runs.ports import Catalog, RunFilter
from callsheet.scenario.json import JsonObject
from callsheet.settings import Settings, environment
from callsheet.system import System, open_system


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


@asynccontextmanager
async def open_local_runs(settings: Settings, catalog: Catalog | None) -> AsyncGenerator[LocalRuns]:
    """A system of this process, which executes only the runs that are submitted or cancelled through it.

    Raises:
        ConfigurationInvalid: mcp.json cannot be used.
        JournalUnavailable: the data folder cannot be used, or another process uses it.
    """
    async with (
        open_system(settings, environment(), catalog=catalog, resume=False) as system,
        local_acts(system.access.audit) as acts,
    ):
        yield LocalRuns(system, acts)
