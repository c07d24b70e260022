"""`callsheet run`: what it does."""

from functools import partial
from pathlib import Path

from callsheet.cli.asked_server import server_of
from callsheet.cli.commands.run import RunOptions
from callsheet.cli.failures import Refused
from callsheet.cli.inputs import read_input
from callsheet.cli.labels import Labels
from callsheet.cli.one_file import OneFileCatalog, is_file_name
from callsheet.cli.run_access import open_runs
from callsheet.cli.surroundings import surroundings
from callsheet.cli.watch import watch
from callsheet.runs.ports import Catalog
from callsheet.scenario.durations import parse_duration
from callsheet.settings import Settings
from callsheet.storage import open_catalog


async def act(options: RunOptions) -> int:
    """Run a scenario to its end; the exit status."""
    with surroundings(options.places) as settings:
        timeout = _timeout(options.timeout)
        catalog, scenario_id = await _scenario(options.scenario, settings)
        async with open_runs(settings, catalog) as runs:
            document = await runs.document(scenario_id)
            run_input = read_input(options.inputs, document.get("input_schema"))
            labels = Labels.of(document)
            begin = partial(runs.submit, scenario_id, run_input, options.priority)
            return await watch(runs, begin, labels, timeout=timeout, json=options.json)


async def _scenario(name: str, settings: Settings) -> tuple[Catalog | None, str]:
    """The catalog that knows the scenario, None for the usual one, and its id there; asked before anything is made.

    Raises:
        ScenarioNotFound: there is none.
        Refused: it is a file, and the run belongs to a server, which has a catalog of its own.
    """
    server = server_of(settings)
    if is_file_name(name):
        one = await OneFileCatalog.read(Path(name))
        if server is not None:
            raise Refused(
                f"The server at {server.note['url']} has the data folder {settings.data} open and runs only what is "
                f"in its own catalog. Put {name} into its scenarios and run '{one.entry.scenario_id}', stop the "
                "server, or take another folder with --data."
            )
        return one, one.entry.scenario_id
    if server is None:
        async with open_catalog(settings) as catalog:
            await catalog.get(name)
    return None, name


def _timeout(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return parse_duration(float(text) if text.replace(".", "", 1).isdigit() else text)
    except ValueError as exc:
        raise Refused(f"--timeout cannot be {text!r}: {exc}.") from exc
