"""What the checker is told about the world outside a document: the tools, locked or live, and the other scenarios."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from callsheet.cli.documents import Written
from callsheet.cli.failures import Refused
from callsheet.lint.context import LintContext
from callsheet.lint.drift import drift
from callsheet.lint.signatures import Signatures, Use
from callsheet.scenario.json import Json
from callsheet.scenario.model import Scenario
from callsheet.scenario.parse import parse_scenario
from callsheet.scenario.source import read_source
from callsheet.scenario.steps.tool import ToolStep
from callsheet.settings import Settings
from callsheet.storage import open_catalog
from callsheet.tools.lockfile import LOCKFILE, read_lockfile


def lockfile_path(given: Path | None, settings: Settings) -> Path:
    """The lockfile that was asked for, else the one beside mcp.json, which may not exist."""
    return given or settings.mcp.with_name(LOCKFILE)


def locked_signatures(path: Path, wanted: bool | None) -> Signatures | None:
    """The locked tools; None when the lock is not wanted, or not asked for and not there.

    Raises:
        Refused: it was asked for and does not exist.
        ConfigurationInvalid: it cannot be used.
    """
    if wanted is False:
        return None
    if not path.exists():
        if wanted:
            raise Refused(f"There is no lock '{path}'. 'callsheet lock' writes it.")
        return None
    return read_lockfile(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownScenarios:
    """The scenarios by id, and the names of the documents that cannot be read as one."""

    by_id: dict[str, Scenario]
    unreadable: tuple[str, ...]


async def known_scenarios(documents: Sequence[Written], settings: Settings) -> KnownScenarios:
    """The scenarios of the documents, then those of the catalog, whatever the checker says about them."""
    decoded: list[tuple[str, Json]] = [(each.name, read_source(each.data, each.syntax).document) for each in documents]
    async with open_catalog(settings) as catalog:
        decoded += [(entry.source, entry.document) for entry in await catalog.list()]
    found: dict[str, Scenario] = {}
    unreadable: list[str] = []
    for name, document in decoded:
        scenario = parse_scenario(document).scenario
        if scenario is None:
            unreadable.append(name)
        else:
            found.setdefault(scenario.scenario_id, scenario)
    return KnownScenarios(by_id=found, unreadable=tuple(unreadable))


def uses_of(scenarios: Iterable[Scenario]) -> tuple[Use, ...]:
    """The tools that the scenarios call, each once."""
    uses = {
        (step.server or scenario.defaults.server, step.tool): None
        for scenario in scenarios
        for step in scenario.all_steps
        if isinstance(step, ToolStep)
    }
    return tuple(uses)


def context_of(scenarios: dict[str, Scenario], *, locked: Signatures | None, live: Signatures | None) -> LintContext:
    """What is known; the live tools count where there are both, and what differs from the lock is the drift."""
    if live is None or locked is None:
        return LintContext(signatures=live or locked, scenarios=scenarios)
    drifts = drift(locked, live, uses_of(scenarios.values()))
    return LintContext(signatures=live, scenarios=scenarios, drifts=drifts)
