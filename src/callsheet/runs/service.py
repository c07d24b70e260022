"""What callers do with runs: submit, cancel, and all that `RunHistory` reads. Every way in comes through here."""

from typing import Final

from callsheet.errors import InputInvalid, Problem, ScenarioInvalid
from callsheet.runs.events import Revision, RunId, RunStarted, RunSummary
from callsheet.runs.history import RunHistory
from callsheet.runs.ports import Catalog, CatalogEntry, Clock, Engine, Entropy, Journal, NewRun
from callsheet.scenario.codec import canonical, digest
from callsheet.scenario.diagnostics import Severity
from callsheet.scenario.json import JsonObject
from callsheet.scenario.model import Scenario
from callsheet.scenario.schema import Schema

_MAX_SCHEMAS: Final = 1_000


class RunService(RunHistory):
    """The use cases of runs, over the ports."""

    def __init__(self, *, catalog: Catalog, journal: Journal, engine: Engine, clock: Clock, entropy: Entropy) -> None:
        super().__init__(journal)
        self._catalog = catalog
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
