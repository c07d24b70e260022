"""`callsheet runs list`: what it does."""

from collections.abc import Sequence
from typing import Final

from rich.table import Table

from callsheet.access.principal import LOCAL
from callsheet.cli.actions.runs_show import forked_as_json
from callsheet.cli.commands.runs_list import RunsListOptions
from callsheet.cli.failures import DONE, say
from callsheet.cli.many import codes_of, started, statuses_of
from callsheet.cli.screen import foreign, local, output, seconds_text, status_text, write_json
from callsheet.cli.surroundings import surroundings
from callsheet.runs.codec import timestamp
from callsheet.runs.events import RunSummary
from callsheet.runs.history import RunHistory
from callsheet.runs.ports import RunFilter
from callsheet.scenario.json import JsonObject
from callsheet.storage import has_journal, open_history

_PAGE: Final = 200
_PLAIN: Final = frozenset({"", LOCAL.subject})
"""Owners that tell nothing: runs of a service without authentication, and of one that did not know owners yet."""


async def act(options: RunsListOptions) -> int:
    """List runs; the exit status."""
    where = RunFilter(
        scenario_id=options.scenario,
        status=statuses_of(options.statuses),
        error_code=codes_of(options.error_codes),
        started_after=started("--started-after", options.started_after),
        started_before=started("--started-before", options.started_before),
        owner=options.owner,
    )
    with surroundings(options.places) as settings:
        runs: Sequence[RunSummary] = ()
        if has_journal(settings):  # otherwise nothing has run yet, which is no fault
            async with open_history(settings) as history:
                runs = await _collect(history.runs, where, options.limit)
    if options.json:
        write_json([_as_json(run) for run in runs])
    elif runs:
        output().print(_table(runs))
    else:
        say("There are no such runs." if where != RunFilter() else "There are no runs yet.")
    return DONE


async def _collect(runs: RunHistory, where: RunFilter, limit: int) -> Sequence[RunSummary]:
    found: list[RunSummary] = []
    cursor: str | None = None
    while len(found) < limit:
        page = await runs.list(where, min(_PAGE, limit - len(found)), cursor)
        found.extend(page.runs)
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


def _table(runs: Sequence[RunSummary]) -> Table:
    table = Table(box=None, pad_edge=False)
    owned = any(run.owner not in _PLAIN for run in runs)
    for column in ("RUN", "STATUS", "SCENARIO", *(["OWNER"] if owned else []), "STARTED", "TOOK"):
        table.add_column(column, no_wrap=True)
    table.add_column("MESSAGE", overflow="ellipsis", no_wrap=True)
    for run in runs:
        took = seconds_text((run.finished_at - run.started_at).total_seconds()) if run.finished_at else ""
        table.add_row(
            run.run_id,
            status_text(run.status),
            foreign(run.scenario_id),
            *([foreign(run.owner)] if owned else []),
            local(run.started_at),
            took,
            foreign(run.message),
        )
    return table


def _as_json(run: RunSummary) -> JsonObject:
    return {
        "run_id": run.run_id,
        "scenario_id": run.scenario_id,
        "status": run.status.value,
        "message": run.message,
        "started_at": timestamp(run.started_at),
        "finished_at": timestamp(run.finished_at) if run.finished_at else None,
        "revision": run.revision,
        "parent_run_id": run.parent_run_id,
        "priority": run.priority,
        "forked_from": forked_as_json(run.forked_from),
        "owner": run.owner,
        "error_code": run.error_code,
    }
