"""A fork, watched to its end: what `runs fork` and `runs retry` share."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from callsheet.cli.finding import find_run
from callsheet.cli.inputs import read_input
from callsheet.cli.labels import Labels
from callsheet.cli.run_access import open_runs
from callsheet.cli.watch import watch
from callsheet.runs.forks import LATEST, ForkWish
from callsheet.scenario.codec import decode_json
from callsheet.scenario.json import is_object
from callsheet.settings import Settings
from callsheet.storage import open_history


async def fork_and_watch(
    settings: Settings, run: str, wish: ForkWish, *, json: bool, inputs: Sequence[str] = ()
) -> int:
    """Fork the run and show the fork's events until it ends; the exit status.

    Args:
        settings: where the data folder is.
        run: as a person names it.
        wish: how it is forked.
        json: show the events as lines of JSON.
        inputs: as of `--input`; what they say stands over the run's own input.
    """
    async with open_history(settings) as history:
        found = await find_run(history.runs, run)
        document = decode_json(await history.journal.definition(found.revision))
        if inputs:
            state = await history.runs.state(found.run_id)
            schema = document.get("input_schema") if is_object(document) else None
            wish = replace(wish, input={**state.input, **read_input(inputs, schema)})
    async with open_runs(settings) as runs:
        if wish.revision == LATEST:
            document = await runs.document(found.scenario_id)
        return await watch(runs, partial(runs.fork, found.run_id, wish), Labels.of(document), timeout=None, json=json)
