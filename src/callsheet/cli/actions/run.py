"""`callsheet run`: what it does."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path

from callsheet.cli.access import RunsAccess, open_runs, server_of
from callsheet.cli.asking import AskingView
from callsheet.cli.commands.run import RunOptions
from callsheet.cli.failures import INTERRUPTED, Refused, say
from callsheet.cli.following import follow
from callsheet.cli.inputs import read_input
from callsheet.cli.interrupts import interrupts
from callsheet.cli.labels import Labels
from callsheet.cli.live import LiveView
from callsheet.cli.one_file import OneFileCatalog, is_file_name
from callsheet.cli.outcome import tell
from callsheet.cli.screen import write_json
from callsheet.cli.surroundings import surroundings
from callsheet.cli.terminal import person
from callsheet.cli.views import View, watching
from callsheet.runs.events import RunId, RunStatus
from callsheet.runs.ports import Catalog
from callsheet.runs.state import RunState
from callsheet.scenario.durations import parse_duration
from callsheet.scenario.json import JsonObject
from callsheet.settings import Settings
from callsheet.system import open_catalog


async def act(options: RunOptions) -> int:
    """Run a scenario to its end; the exit status."""
    with surroundings(options.places) as settings:
        timeout = _timeout(options.timeout)
        catalog, scenario_id = await _scenario(options.scenario, settings)
        async with open_runs(settings, catalog) as runs:
            document = await runs.document(scenario_id)
            run_input = read_input(options.inputs, document.get("input_schema"))
            labels = Labels.of(document)
            return await _run(runs, scenario_id, run_input, labels, timeout=timeout, json=options.json)


async def _scenario(name: str, settings: Settings) -> tuple[Catalog, str]:
    """The catalog that knows the scenario, and its id there; asked before anything is opened or made.

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
    catalog = open_catalog(settings)
    if server is None:
        await catalog.get(name)
    return catalog, name


async def _run(
    runs: RunsAccess, scenario_id: str, run_input: JsonObject, labels: Labels, *, timeout: float | None, json: bool
) -> int:
    with interrupts() as presses:
        run_id = await runs.submit(scenario_id, run_input)
        async with _asking(runs, run_id, labels, json=json) as view:
            following = asyncio.create_task(follow(runs.follow(run_id), view))
            try:
                interrupted = await _attend(runs, run_id, following, presses, timeout)
            finally:
                following.cancel()
                await asyncio.wait({following})
    if following.cancelled():
        say(f"Run {run_id} was left as it is; whoever opens the data folder next ends it: 'callsheet serve'.")
        return INTERRUPTED
    state = following.result()
    if state.status is RunStatus.SUCCESS and not json:
        write_json(state.output)
    status = tell(state, labels)
    return INTERRUPTED if interrupted and state.status is RunStatus.CANCELLED else status


@asynccontextmanager
async def _asking(runs: RunsAccess, run_id: RunId, labels: Labels, *, json: bool) -> AsyncGenerator[View]:
    """The view on the run; a person at a terminal is also asked what its steps ask."""
    asked = person()
    with watching(labels, json=json) as view:
        if json or asked is None:
            yield view
            return
        paused = view.paused if isinstance(view, LiveView) else nullcontext
        over = AskingView(view, asked, partial(runs.answer, run_id), paused)
        asking = asyncio.create_task(over.asking())
        try:
            yield over
        finally:
            asking.cancel()
            await asyncio.wait({asking})


async def _attend(
    runs: RunsAccess,
    run_id: RunId,
    following: asyncio.Task[RunState],
    presses: asyncio.Queue[None],
    timeout: float | None,
) -> bool:
    """Wait until the run has ended, cancel it on Ctrl-C and after `timeout`, let go on the next Ctrl-C.

    Returns:
        Whether there was a Ctrl-C.
    """
    ended, pressed = await _wait(following, presses, timeout)
    if ended:
        return pressed
    if pressed:
        say("Cancelling the run. Ctrl-C again leaves it as it is.")
    else:
        say(f"The run takes longer than {timeout:g} s: cancelling it.")
    await runs.cancel(run_id)
    ended, again = await _wait(following, presses, None)
    if not ended:
        following.cancel()
        await runs.leave()
    return pressed or again


async def _wait(
    following: asyncio.Task[RunState], presses: asyncio.Queue[None], timeout: float | None
) -> tuple[bool, bool]:
    """Wait for the run's end, a Ctrl-C, or `timeout` seconds: whether it ended, whether there was a Ctrl-C."""
    press = asyncio.create_task(presses.get())
    await asyncio.wait({following, press}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    pressed = press.done()
    press.cancel()
    return following.done(), pressed


def _timeout(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return parse_duration(float(text) if text.replace(".", "", 1).isdigit() else text)
    except ValueError as exc:
        raise Refused(f"--timeout cannot be {text!r}: {exc}.") from exc
