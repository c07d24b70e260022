"""`callsheet runs events`: what it does."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from callsheet.cli.commands.runs_events import RunsEventsOptions
from callsheet.cli.failures import DONE, say
from callsheet.cli.finding import find_run
from callsheet.cli.following import follow
from callsheet.cli.labels import Labels
from callsheet.cli.successors import START_ONE
from callsheet.cli.surroundings import surroundings
from callsheet.cli.views import JsonLines, PlainLines, View
from callsheet.journal.sqlite.lock import holder
from callsheet.runs.events import Event, Record, RunSummary
from callsheet.runs.history import RunHistory
from callsheet.runs.state import RunState
from callsheet.scenario.codec import decode_json
from callsheet.storage import History, count_workers, journal_path, open_history


async def act(options: RunsEventsOptions) -> int:
    """Show the events of a run; the exit status."""
    with surroundings(options.places) as settings:
        async with open_history(settings) as history:
            run = await find_run(history.runs, options.run)
            view: View = JsonLines() if options.json else PlainLines(await _labels(history, run), to_stdout=True)
            shared = settings.database_url is not None  # then nobody knows here who works on the run
            waits = options.follow and (shared or holder(journal_path(settings)) is not None)
            if shared and options.follow and not run.status.is_terminal and not await count_workers(settings):
                say(f"No worker is at work now, so nothing may come. {START_ONE}")
            state = await follow(_records(history, run, waits=waits), _After(view, options.after))
            if options.follow and not state.status.is_terminal:
                say("No process works on this run now. 'callsheet serve' goes on with it.")
    return DONE


async def _labels(history: History, run: RunSummary) -> Labels:
    return Labels.of(decode_json(await history.journal.definition(run.revision)))


async def _records(history: History, run: RunSummary, *, waits: bool) -> AsyncGenerator[Record]:
    """The records of a run: those there are, or all until it ends."""
    if not waits:
        for record in await history.journal.read(run.run_id):
            yield record
        return
    async with aclosing(_followed(history.runs, run)) as records:
        async for record in records:
            yield record


async def _followed(runs: RunHistory, run: RunSummary) -> AsyncGenerator[Record]:
    async with aclosing(runs.follow(run.run_id)) as batches:
        async for records in batches:
            for record in records:
                yield record


class _After:
    """A `View` that passes on what comes after a seq."""

    def __init__(self, view: View, after: int) -> None:
        self._view = view
        self._after = after

    def show(self, record: Record, event: Event, state: RunState) -> None:
        """See `View`."""
        if record.seq > self._after:
            self._view.show(record, event, state)
