"""What a scenario wants that a run's mandate does not allow, as far as the document tells."""

from collections.abc import Mapping

from callsheet.access.mandate import Mandate
from callsheet.errors.access import Forbidden
from callsheet.runs.ports import CatalogEntry
from callsheet.scenario.model import Scenario
from callsheet.scenario.steps.scenario import ScenarioStep
from callsheet.scenario.steps.tool import ToolStep


def require_within(scenario: Scenario, mandate: Mandate, *, named: bool = False) -> None:
    """Return when every step may be executed under the mandate.

    A tool whose step names no server is let through: to which server it goes is known at the call, where it is decided.

    Args:
        scenario: whose steps.
        mandate: of the run, or of who saves the scenario for others to run.
        named: refuse tools without a server, too.

    Raises:
        Forbidden: one may not; the sentence names it.
    """
    if mandate.tools.allow_all and mandate.scenarios.allow_all:
        return
    for step in scenario.all_steps:
        match step:
            case ToolStep():
                _require_tool(scenario, step, mandate, named=named)
            case ScenarioStep() if not mandate.scenarios.allow(step.scenario_id):
                raise Forbidden(
                    f"Step '{step.name}' starts the scenario '{step.scenario_id}', which this caller may not."
                )
            case _:
                pass


def require_all_within(scenario: Scenario, mandate: Mandate, entries: Mapping[str, CatalogEntry]) -> None:
    """Return when every step may be executed under the mandate, and every step of the scenarios that it starts.

    For who saves a scenario that others run: what those may, the scenarios below it may, too. An earlier revision is
    refused, as only the present one is looked at.

    Args:
        scenario: whose steps.
        mandate: of who saves it.
        entries: the scenarios that there are, by their ids; steps of others have nothing to start.

    Raises:
        Forbidden: one may not; the sentence names it, and the scenario that it is in.
    """
    if mandate.tools.allow_all and mandate.scenarios.allow_all:
        return
    require_within(scenario, mandate, named=True)
    seen, waiting = {scenario.scenario_id}, [scenario]
    for each in waiting:
        for step in each.all_steps:
            if not isinstance(step, ScenarioStep) or (entry := entries.get(step.scenario_id)) is None:
                continue
            if step.revision not in {None, entry.revision}:
                raise Forbidden(
                    f"Step '{step.name}' starts an earlier revision of '{step.scenario_id}'. A caller who may not "
                    "do everything can only save steps that start the present one."
                )
            if entry.scenario is not None and step.scenario_id not in seen:
                seen.add(step.scenario_id)
                waiting.append(entry.scenario)
                _require_below(entry.scenario, mandate)


def _require_below(scenario: Scenario, mandate: Mandate) -> None:
    try:
        require_within(scenario, mandate, named=True)
    except Forbidden as exc:
        raise Forbidden(f"In the scenario '{scenario.scenario_id}', which this one starts: {exc.message}") from exc


def _require_tool(scenario: Scenario, step: ToolStep, mandate: Mandate, *, named: bool) -> None:
    server = step.server or scenario.defaults.server
    if server is not None and not mandate.tools.allow(f"{server}/{step.tool}"):
        raise Forbidden(f"Step '{step.name}' calls the tool '{server}/{step.tool}', which this caller may not.")
    if server is None and named and not mandate.tools.allow_all:
        raise Forbidden(
            f"Step '{step.name}' calls the tool '{step.tool}' of a server that it does not name. A caller who may not "
            "call every tool has to write which one under 'server'."
        )
