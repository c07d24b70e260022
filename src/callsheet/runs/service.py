"""What callers do with runs: submit, look, follow, list, cancel. HTTP, CLI and library all come through here."""

from collections.abc import AsyncGenerator, Sequence
from typing import Final

from callsheet.errors import InputInvalid, Problem, ScenarioInvalid
from callsheet.runs.codec import RUN_FINISHED, decode
from callsheet.runs.events import Record, Revision, RunId, RunStarted, RunSummary
from callsheet.runs.ports import Catalog, CatalogEntry, Clock, Engine, Entropy, Journal, NewRun, RunFilter, RunPage
from callsheet.runs.state import RunState, fold
from callsheet.scenario.codec import canonical, digest
from callsheet.scenario.diagnostics import Severity
from callsheet.scenario.json import JsonObject
from callsheet.scenario.model import Scenario
from callsheet.scenario.schema import Schema

_PAGE: Final = 64
"""How many records a follower takes at once: it holds no more, however slow it reads."""

_MAX_SCHEMAS: Final = 1_000


class RunService:
    """The use cases of runs, over the ports."""

    def __init__(self, *, catalog: Catalog, journal: Journal, engine: Engine, clock: Clock, entropy: Entropy) -> None:
        self._catalog = catalog
        self._journal = journal
        self._engine = engine
        self._clock = clock
        self._entropy = entropy
        self._schemas: dict[Revision, Schema] = {}

    async def submit(self, scenario_id: str, run_input: JsonObject, idempotency_key: str | None = None) -> RunSummary:
        """Accept a run: when this returns it is durable and will be executed.

        Raises:
            ScenarioNotFound: nothing in the catalog has this id.
            ScenarioInvalid: the scenario has errors; `problems` lists them.
            InputInvalid: the input does not fit `input_schema`; `problems` has a pointer and a sentence for each fault.
            IdempotencyKeyReused: the key came with another request before.
            JournalUnavailable: nothing was accepted.
        """
        entry = await self._catalog.get(scenario_id)
        scenario = _runnable(entry)
        self._check_input(entry, scenario, run_input)
        started = RunStarted(
            run_id=self._entropy.run_id(),
            scenario_id=scenario_id,
            started_at=self._clock.now(),
            revision=entry.revision,
            input=run_input,
        )
        summary = await self._journal.create(
            NewRun(
                started=started,
                definition=canonical(entry.document),
                idempotency_key=idempotency_key,
                fingerprint=digest([scenario_id, run_input]) if idempotency_key else "",
            )
        )
        if not summary.status.is_terminal:
            await self._engine.dispatch(summary.run_id)
        return summary

    async def state(self, run_id: RunId) -> RunState:
        """The run as its journal tells it now.

        Raises:
            RunNotFound: there is no such run.
            JournalUnavailable: the journal cannot be read.
        """
        return fold(map(decode, await self._journal.read(run_id)))

    async def summary(self, run_id: RunId) -> RunSummary:
        """The run's row in the list; cheaper than `state`.

        Raises:
            RunNotFound: there is no such run.
            JournalUnavailable: the journal cannot be read.
        """
        return await self._journal.summary(run_id)

    async def follow(self, run_id: RunId, after: int = 0) -> AsyncGenerator[Sequence[Record], None]:
        """Every record after `after`, in batches and in order, as they are written; ends after `run_finished`.

        A follower holds nothing but its cursor: a slow one costs no memory.

        Raises:
            RunNotFound: there is no such run.
            JournalUnavailable: the journal cannot be read.
        """
        # Asked before the first read: what ends between the two is still read, what ended before is all there.
        ended = (await self._journal.summary(run_id)).status.is_terminal
        while True:
            records = await self._journal.read(run_id, after, _PAGE)
            if records:
                yield records
                after = records[-1].seq
                if records[-1].type == RUN_FINISHED:
                    return
            elif ended:
                return
            else:
                await self._journal.wait(run_id, after)

    async def list(self, where: RunFilter, limit: int, cursor: str | None = None) -> RunPage:
        """Runs, newest first.

        Raises:
            CursorInvalid: `cursor` is not one that this method gave out.
            JournalUnavailable: the journal cannot be read.
        """
        return await self._journal.runs(where, limit, cursor)

    async def cancel(self, run_id: RunId) -> RunSummary:
        """Ask for the run's end; a finished run stays as it is. The wish is durable when this returns.

        Raises:
            RunNotFound: there is no such run.
            JournalUnavailable: nothing was changed.
        """
        summary = await self._journal.request_cancel(run_id)
        if not summary.status.is_terminal:
            await self._engine.cancel(run_id)
        return summary

    def _check_input(self, entry: CatalogEntry, scenario: Scenario, run_input: JsonObject) -> None:
        if scenario.input_schema is None:
            return
        schema = self._schemas.get(entry.revision)
        if schema is None:
            if len(self._schemas) >= _MAX_SCHEMAS:
                self._schemas.clear()
            schema = self._schemas[entry.revision] = Schema(scenario.input_schema)
        problems = schema.problems(run_input)
        if problems:
            where = f"at {problems[0].pointer}" if problems[0].pointer else "as a whole"
            raise InputInvalid(
                f"The input of '{entry.scenario_id}' does not fit, {where}: {problems[0].message}", problems
            )


def _runnable(entry: CatalogEntry) -> Scenario:
    if entry.scenario is not None:
        return entry.scenario
    errors = [problem for problem in entry.problems if problem.severity is Severity.ERROR]
    where = f"{entry.source} line {errors[0].line}"
    raise ScenarioInvalid(
        f"The scenario '{entry.scenario_id}' has errors and cannot run. The first, in {where}: {errors[0].message}",
        [Problem(pointer=error.pointer, message=f"Line {error.line}: {error.message}") for error in errors],
    )
