"""Whether a scenario may run on an input: the same for a caller's run and for a step's child run."""

from typing import Final

from callsheet.errors.kinds import Problem
from callsheet.errors.runs import InputInvalid
from callsheet.errors.scenarios import ScenarioInvalid
from callsheet.lint.context import ALONE
from callsheet.lint.survey import Survey
from callsheet.runs.events import Revision, RunStarted
from callsheet.runs.ports import Catalog, CatalogEntry, Environment
from callsheet.runs.redaction.aside import clean_event_aside
from callsheet.runs.redaction.known import KnownSecrets
from callsheet.runs.secrets import how_to_set
from callsheet.runs.tools import Tools
from callsheet.scenario.diagnostics import Severity
from callsheet.scenario.json import JsonObject
from callsheet.scenario.model import Scenario
from callsheet.scenario.schema import Schema
from callsheet.scenario.steps.tool import ToolStep

_MAX_SCHEMAS: Final = 1_000


class Acceptance:
    """Finds scenarios and checks what they are to run on, and with which tools.

    Attributes:
        secrets: which there are; those of the environment by default.
    """

    def __init__(
        self, catalog: Catalog, environment: Environment, tools: Tools, secrets: KnownSecrets | None = None
    ) -> None:
        self._catalog = catalog
        self._tools = tools
        self._environment = environment
        self.secrets = secrets or KnownSecrets(environment)
        self._schemas: dict[Revision, Schema] = {}

    async def entry(self, scenario_id: str) -> CatalogEntry:
        """The scenario as it is in the catalog now, with everything that it needs.

        Raises:
            ScenarioNotFound: nothing in the catalog has this id.
            ScenarioInvalid: it has errors, something that it declares was not given, or a tool of it is not what was
                locked and is refused; `problems` lists them.
        """
        entry = await self._catalog.get(scenario_id)
        self.require(entry)
        return entry

    def require(self, entry: CatalogEntry) -> None:
        """Return when the scenario has everything that it needs.

        Raises:
            ScenarioInvalid: as `entry` does.
        """
        scenario = runnable(entry)
        self._check_declared(entry, scenario)
        self._check_tools(entry, scenario)

    def check(self, entry: CatalogEntry, run_input: JsonObject) -> None:
        """Return when the input fits `input_schema`.

        Raises:
            InputInvalid: it does not; `problems` has a pointer and a sentence for each fault.
            ScenarioInvalid: the scenario has errors.
        """
        scenario = runnable(entry)
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

    def variables(self, entry: CatalogEntry) -> dict[str, str]:
        """The declared plain values as they are now."""
        found = {name: self._environment.variable(name) for name in runnable(entry).env}
        return {name: value for name, value in found.items() if value is not None}

    async def clean(self, entry: CatalogEntry, started: RunStarted) -> RunStarted:
        """The beginning of a run without the secrets that its scenario may meet: a caller may have put one in."""
        return await clean_event_aside(started, self.secrets.of(runnable(entry)))

    def _check_tools(self, entry: CatalogEntry, scenario: Scenario) -> None:
        """Refuse a scenario whose tools would be refused, where that is known already; else the call finds out."""
        default = scenario.defaults.server
        calls = [step for step in scenario.all_steps if isinstance(step, ToolStep)]
        refused = self._tools.refused((step.server or default, step.tool) for step in calls)
        if not refused:
            return
        problems = [
            Problem(pointer=f"{located.pointer}/tool", message=f"E153: {drift.text()}")
            for located, step in Survey(scenario, ALONE, None).of_type(ToolStep)
            for drift in refused
            if drift.tool == step.tool and (step.server or default) in {None, drift.server}
        ]
        message = f"The scenario '{entry.scenario_id}' calls tools that are not what was locked. {problems[0].message}"
        raise ScenarioInvalid(message, problems)

    def _check_declared(self, entry: CatalogEntry, scenario: Scenario) -> None:
        problems = [
            Problem(pointer=f"/env/{index}", message=f"The value '{name}' is not set: set CALLSHEET_ENV_{name}.")
            for index, name in enumerate(scenario.env)
            if self._environment.variable(name) is None
        ]
        problems += [
            Problem(pointer=f"/secrets/{index}", message=f"The secret '{name}' is not set: {how_to_set(name)}.")
            for index, name in enumerate(scenario.secrets)
            if self.secrets.value(name) is None
        ]
        if problems:
            message = f"The scenario '{entry.scenario_id}' needs what the operator did not give. {problems[0].message}"
            raise ScenarioInvalid(message, problems)


def runnable(entry: CatalogEntry) -> Scenario:
    """The entry's scenario.

    Raises:
        ScenarioInvalid: it has errors; `problems` lists them.
    """
    if entry.scenario is not None:
        return entry.scenario
    errors = [problem for problem in entry.problems if problem.severity is Severity.ERROR]
    where = f"{entry.source} line {errors[0].line}"
    raise ScenarioInvalid(
        f"The scenario '{entry.scenario_id}' has errors and cannot run. The first, in {where}: {errors[0].message}",
        [Problem(pointer=error.pointer, message=f"Line {error.line}: {error.message}") for error in errors],
    )
