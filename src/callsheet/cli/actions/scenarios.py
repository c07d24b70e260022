"""`callsheet scenarios`: what it does."""

from collections.abc import Sequence

from rich.table import Table

from callsheet.cli.commands.scenarios import ScenariosOptions
from callsheet.cli.failures import DONE, FAILED, say
from callsheet.cli.screen import foreign, output, write_json
from callsheet.cli.surroundings import surroundings
from callsheet.cli.text import one_line
from callsheet.runs.ports import CatalogEntry
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.json import JsonObject
from callsheet.settings import Settings
from callsheet.storage import open_catalog


async def act(options: ScenariosOptions) -> int:
    """List the scenarios; the exit status."""
    with surroundings(options.places) as settings:
        async with open_catalog(settings) as catalog:
            entries = await catalog.list()
        if options.json:
            write_json([_as_json(entry) for entry in entries])
        else:
            _show(entries, settings)
    return FAILED if any(entry.scenario is None for entry in entries) else DONE


def _show(entries: Sequence[CatalogEntry], settings: Settings) -> None:
    if not entries:
        where = one_line(str(settings.scenarios))
        say(f"There is no scenario in {where}." if settings.scenarios.is_dir() else f"There is no folder {where}.")
        return
    table = Table(box=None, pad_edge=False)
    for column in ("ID", "NAME", "FILE", "STEPS", "PROBLEMS"):
        table.add_column(column, overflow="fold")
    for entry in entries:
        broken = "red" if entry.scenario is None else ""
        name = entry.scenario.name if entry.scenario else "broken"
        steps = str(len(entry.scenario.all_steps)) if entry.scenario else "-"
        table.add_row(
            foreign(entry.scenario_id, broken or "bold"),
            foreign(name, broken),
            foreign(entry.source),
            steps,
            str(len(entry.problems) or ""),
        )
    console = output()
    console.print(table)
    for entry in entries:
        for problem in entry.problems:
            style = "red" if entry.scenario is None else "yellow"
            console.print(foreign(sentence(entry, problem), style), soft_wrap=True)


def sentence(entry: CatalogEntry, problem: Diagnostic) -> str:
    """A problem with its place in front, as compilers write them."""
    hint = f" {problem.hint}" if problem.hint else ""
    return f"{entry.source}:{problem.line}:{problem.column}: {problem.code} {problem.message}{hint}"


def _as_json(entry: CatalogEntry) -> JsonObject:
    scenario = entry.scenario
    return {
        "scenario_id": entry.scenario_id,
        "name": scenario.name if scenario else None,
        "source": entry.source,
        "revision": entry.revision,
        "steps": len(scenario.all_steps) if scenario else None,
        "problems": [
            {
                "code": problem.code,
                "severity": problem.severity.value,
                "line": problem.line,
                "column": problem.column,
                "pointer": problem.pointer,
                "message": problem.message,
                "hint": problem.hint,
            }
            for problem in entry.problems
        ],
    }
