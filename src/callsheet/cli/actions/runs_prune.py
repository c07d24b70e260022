"""`callsheet runs prune`: what it does."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from callsheet.cli.access import open_runs
from callsheet.cli.commands.runs_prune import RunsPruneOptions
from callsheet.cli.failures import Refused
from callsheet.cli.many import ManyOptions, act_on_many, statuses_of
from callsheet.cli.surroundings import surroundings
from callsheet.runs.bulk import BulkAction
from callsheet.runs.ports import RunFilter

_AGE: Final = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)([mhdw])", re.ASCII)
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


async def act(options: RunsPruneOptions) -> int:
    """Remove what ended long ago; the exit status."""
    age = _age(options.older_than)
    with surroundings(options.places) as settings:
        try:
            before = datetime.now(UTC) - age
        except OverflowError:
            raise Refused(f"--older-than cannot be {options.older_than!r}: that was before the year 1.") from None
        where = RunFilter(finished_before=before, status=statuses_of(options.statuses))
        many = ManyOptions(action=BulkAction.DELETE, where=where, dry_run=options.dry_run, yes=options.yes)
        return await act_on_many(partial(open_runs, settings), many)


def _age(text: str) -> timedelta:
    found = _AGE.fullmatch(text)
    if found is None:
        raise Refused(f"--older-than cannot be {text!r}; a time such as 30d, 12h, 2w or 45m is.")
    return timedelta(**{_UNITS[found[2]]: float(found[1])})
