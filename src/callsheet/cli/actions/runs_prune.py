"""`callsheet runs prune`: what it does."""

from datetime import UTC, datetime
from functools import partial

from callsheet.cli.commands.runs_prune import RunsPruneOptions
from callsheet.cli.many import ManyOptions, act_on_many, statuses_of
from callsheet.cli.moments import so_long_before
from callsheet.cli.run_access import open_runs
from callsheet.cli.surroundings import surroundings
from callsheet.runs.bulk import BulkAction
from callsheet.runs.ports import RunFilter


async def act(options: RunsPruneOptions) -> int:
    """Remove what ended long ago; the exit status."""
    with surroundings(options.places) as settings:
        before = so_long_before(datetime.now(UTC), "--older-than", options.older_than)
        where = RunFilter(finished_before=before, status=statuses_of(options.statuses))
        many = ManyOptions(action=BulkAction.DELETE, where=where, dry_run=options.dry_run, yes=options.yes)
        return await act_on_many(partial(open_runs, settings), many)
