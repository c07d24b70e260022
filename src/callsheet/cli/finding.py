"""From what a person types for a run to the run."""

from typing import Final

from callsheet.cli.failures import Refused
from callsheet.errors.runs import RunNotFound
from callsheet.runs.events import RunId, RunSummary
from callsheet.runs.history import RunHistory
from callsheet.runs.ports import RunFilter

_LAST: Final = "last"
_FULL: Final = 36
_ENOUGH: Final = 100


async def find_run(runs: RunHistory, text: str) -> RunSummary:
    """The run that `text` names: a run_id, the beginning of one, or `last` for the newest.

    Raises:
        RunNotFound: there is none.
        Refused: several begin like this.
    """
    if text == _LAST:
        page = await runs.list(RunFilter(), 1)
        if not page.runs:
            raise RunNotFound("There are no runs yet.")
        return page.runs[0]
    wanted = text.lower()
    if len(wanted) == _FULL:
        return await runs.summary(RunId(wanted))
    page = await runs.list(RunFilter(q=wanted), _ENOUGH)
    found = [run for run in page.runs if wanted and run.run_id.startswith(wanted)]
    if not found:
        raise RunNotFound(f"There is no run whose id begins with {text!r}. 'callsheet runs list' shows the latest.")
    if len(found) > 1:
        raise Refused(f"{len(found)} runs begin with {text!r}, such as {found[0].run_id} and {found[1].run_id}.")
    return found[0]
