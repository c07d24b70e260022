"""Commands that take one run or say which runs: `runs cancel`, `runs retry`, `runs delete`."""

from functools import partial

from callsheet.cli.failures import Refused
from callsheet.cli.many import ManyOptions, act_on_many, where_of
from callsheet.cli.options import Selection
from callsheet.cli.run_access import open_runs
from callsheet.runs.bulk import BulkAction
from callsheet.settings import Settings


async def act_on_selection(
    settings: Settings, action: BulkAction, run: str | None, selection: Selection, *, latest: bool = False
) -> int | None:
    """Do it with the runs that are selected; None when a single `run` is named instead.

    Raises:
        Refused: both or neither is said.
    """
    where = where_of(selection)
    if run is not None:
        if where is not None or selection.dry_run:
            raise Refused(f"Say which run, or which runs: {run!r} and the options of a selection are both given.")
        return None
    if where is None:
        raise Refused(f"Say which run to {action.value}, or which runs with --status, --scenario and so on.")
    many = ManyOptions(action=action, where=where, latest=latest, dry_run=selection.dry_run, yes=selection.yes)
    return await act_on_many(partial(open_runs, settings), many)
