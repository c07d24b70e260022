"""Runs as commands see them, whoever executes them: this process, or a server that has the data folder open.

What executes runs is imported where this process does: a command that asks a server, or only reads, begins in half the
time without it.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from callsheet.cli.asked_server import server_of
from callsheet.cli.local_answers import LocalAnswers
from callsheet.cli.recorded import local_acts
from callsheet.cli.remote_runs import open_remote_runs
from callsheet.cli.start import importing
from callsheet.runs.answers import Answer
from callsheet.runs.bulk import BulkAction, BulkReport
from callsheet.runs.events import Record, RunId, RunStatus, StepPath
from callsheet.runs.forks import ForkWish
from callsheet.runs.ports import Catalog, RunFilter
from callsheet.scenario.json import JsonObject
from callsheet.settings import Settings
from callsheet.storage import open_stored_answers


class AnswersAccess(Protocol):
    """What a command does with steps that wait for a person."""

    async def answer(self, run_id: RunId, path: StepPath, answer: Answer) -> object:
        """Answer a step; durable when this returns. See `Answers.answer`."""
        ...

    async def knows_caller(self) -> bool:
        """Whether it is known who answers, so that nobody has to say it."""
        ...


class RunsAccess(AnswersAccess, Protocol):
    """What a command does with runs."""

    async def document(self, scenario_id: str) -> JsonObject:
        """The scenario's document; an empty one when it is too broken to be read.

        Raises:
            ScenarioNotFound: there is none of this id.
        """
        ...

    async def submit(self, scenario_id: str, run_input: JsonObject, priority: int = 0) -> RunId:
        """Start a run; see `RunService.submit`."""
        ...

    async def start_schedule(self, name: str) -> RunId:
        """Start a schedule's run now; see `TriggerDesk.start`."""
        ...

    def follow(self, run_id: RunId) -> AsyncGenerator[Record]:
        """Every record of the run, as they are written, until it ends."""
        ...

    async def fork(self, run_id: RunId, wish: ForkWish) -> RunId:
        """Fork a run; see `RunService.fork`."""
        ...

    async def resume(self, run_id: RunId) -> None:
        """Push an unfinished run on; see `RunService.resume`."""
        ...

    async def delete(self, run_id: RunId) -> None:
        """Remove a run; see `RunService.delete`."""
        ...

    async def bulk(self, action: BulkAction, where: RunFilter, *, latest: bool, dry_run: bool) -> BulkReport:
        """Do one thing with many runs; see `callsheet.runs.bulk.act_on_many`."""
        ...

    async def ended(self, runs: Sequence[RunId]) -> None:
        """Return when these runs have ended, if it is this process that executes them; else at once."""
        ...

    async def cancel(self, run_id: RunId) -> RunStatus:
        """Ask for the run's end; its status when the wish was stored."""
        ...

    async def leave(self) -> None:
        """Let go of what is at work, in the middle of a tool call too; it stays in the journal."""
        ...


@asynccontextmanager
async def open_runs(settings: Settings, catalog: Catalog | None = None) -> AsyncGenerator[RunsAccess]:
    """The runs of the data folder: through the server that has it open, else in this process.

    In this process only the runs that are submitted or cancelled through it are executed.

    Args:
        settings: where the data folder is.
        catalog: the scenarios for a run in this process; those of the settings' folder by default.

    Raises:
        ConfigurationInvalid: mcp.json cannot be used.
        JournalUnavailable: the data folder cannot be used, or a process that is no server uses it.
    """
    server = server_of(settings)
    if server is not None:
        async with open_remote_runs(settings, server.note["url"]) as remote:
            yield remote
        return
    with importing():
        from callsheet.cli.local_runs import open_local_runs  # noqa: PLC0415 - see the top
    async with open_local_runs(settings, catalog) as local:
        yield local


@asynccontextmanager
async def open_answers(settings: Settings) -> AsyncGenerator[AnswersAccess]:
    """Answers to the runs of the data folder: through the server that has it open, else only stored, for the next one.

    Raises:
        JournalUnavailable: the data folder cannot be used, or a process that is no server uses it.
    """
    server = server_of(settings)
    if server is not None:
        async with open_remote_runs(settings, server.note["url"]) as remote:
            yield remote
        return
    async with open_stored_answers(settings) as (stored, access), local_acts(access.audit) as acts:
        yield LocalAnswers(stored, acts)
