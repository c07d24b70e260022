"""Removing runs that have ended, together with the runs that their steps had begun."""

from typing import Final

from callsheet.errors.runs import RunIsChild, RunNotFinished, RunNotFound
from callsheet.runs.events import RunId, RunSummary
from callsheet.runs.ports import Journal, RunFilter

_PAGE: Final = 200


async def remove(journal: Journal, run_id: RunId) -> int:
    """Remove a run and everything below it; how many runs that were.

    Raises:
        RunNotFound: there is no such run.
        RunNotFinished: it has not ended, or one below it has not. Nothing was removed.
        RunIsChild: the run that it belongs to is still there.
        JournalUnavailable: some of the runs below may be removed already.
    """
    summary = await journal.summary(run_id)
    if not summary.status.is_terminal:
        raise RunNotFinished(f"Run {run_id} has not ended, so it cannot be removed. Cancel it first.")
    if (parent := summary.parent_run_id) is not None and await is_there(journal, parent):
        raise RunIsChild(f"Run {run_id} belongs to a step of run {parent} and is removed together with that.")
    below = await _below(journal, run_id)
    for child in below:
        if not child.status.is_terminal:
            raise RunNotFinished(
                f"Run {run_id} cannot be removed: its child run {child.run_id} has not ended. Cancel that first."
            )
    for child in reversed(below):  # the innermost first: what is left after a crash is found from its parent
        try:
            await journal.delete(child.run_id)
        except RunNotFound:
            continue
    await journal.delete(run_id)
    return len(below) + 1


async def is_there(journal: Journal, run_id: RunId) -> bool:
    """Whether there is such a run."""
    try:
        await journal.summary(run_id)
    except RunNotFound:
        return False
    return True


async def _below(journal: Journal, run_id: RunId) -> list[RunSummary]:
    found: list[RunSummary] = []
    above = [run_id]
    while above:
        children = await _children(journal, above.pop())
        found += children
        above += [child.run_id for child in children]
    return found


async def _children(journal: Journal, run_id: RunId) -> list[RunSummary]:
    where, found, cursor = RunFilter(parent_run_id=run_id), list[RunSummary](), None
    while True:
        page = await journal.runs(where, _PAGE, cursor)
        found += page.runs
        cursor = page.next_cursor
        if cursor is None:
            return found
