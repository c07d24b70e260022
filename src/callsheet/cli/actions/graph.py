"""`callsheet graph`: what it does."""

from pathlib import Path

from callsheet.cli.commands.graph import GraphOptions
from callsheet.cli.failures import DONE, FAILED, say
from callsheet.cli.one_file import OneFileCatalog, is_file_name
from callsheet.cli.reports.checked import full_message
from callsheet.cli.screen import write
from callsheet.cli.surroundings import surroundings
from callsheet.cli.text import one_line
from callsheet.lint.graph import flowchart
from callsheet.runs.ports import CatalogEntry
from callsheet.scenario.model import Scenario
from callsheet.scenario.parse import parse_scenario
from callsheet.settings import Settings
from callsheet.storage import open_catalog


async def act(options: GraphOptions) -> int:
    """Write the chart; the exit status."""
    with surroundings(options.places) as settings:
        entry = await _entry(options.scenario, settings)
    scenario = _scenario(entry)
    if scenario is None:
        for problem in entry.problems:
            place = f"{entry.source}:{problem.line}:{problem.column}"
            say(one_line(f"{place}: {problem.code} {full_message(problem)}"))
        return FAILED
    write(flowchart(scenario, data=options.data))
    return DONE


async def _entry(name: str, settings: Settings) -> CatalogEntry:
    if is_file_name(name):
        return (await OneFileCatalog.read(Path(name))).entry
    async with open_catalog(settings) as catalog:
        return await catalog.get(name)


def _scenario(entry: CatalogEntry) -> Scenario | None:
    """The scenario, even if the checker found errors in it: a picture may help to see them."""
    return entry.scenario or parse_scenario(entry.document).scenario
