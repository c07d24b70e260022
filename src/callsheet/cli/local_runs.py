"""Runs that this process executes."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from callsheet.runs.answers import Answer
from callsheet.runs.events import Record, RunId, RunStatus, StepPath
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

    async def follow(self, run_id: RunId) -> AsyncGenerator[Record]:
        """See `RunsAccess`."""
        async with aclosing(self._system.runs.follow(run_id)) as batches:
            async for records in batches:
                for record in records:
                    yield record

    async def cancel(self, run_id: RunId) -> RunStatus:
        """See `RunsAccess`."""
        return (await self._system.runs.cancel(run_id)).status

    async def answer(self, run_id: RunId, path: StepPath, answer: Answer) -> None:
        """See `AnswersAccess`."""
        await self._system.answers.answer(run_id, path, answer)

    async def leave(self) -> None:
        """See `RunsAccess`."""
        await self._system.engine.drain(0)
