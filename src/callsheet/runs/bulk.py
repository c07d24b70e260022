"""One action on many runs: which ones is settled first, and what fails for one of them concerns that one alone."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, assert_never

from callsheet.errors.kinds import CallsheetError, Unavailable
from callsheet.errors.runs import RunNotFound
from callsheet.runs.events import RunId, RunStatus, RunSummary
from callsheet.runs.forks import LATEST, ForkWish
from callsheet.runs.ports import RunFilter
from callsheet.runs.service import RunService

MOST: Final = 1_000
"""Runs that one action takes."""

_PAGE: Final = 200
_AT_ONCE: Final = 16
"""Runs that are acted on side by side, so that they share commits."""


class BulkAction(StrEnum):
    """What is done with each run."""

    CANCEL = "cancel"
    RETRY = "retry"
    RESUME = "resume"
    DELETE = "delete"


_UNFINISHED: Final = frozenset({RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.WAITING})
_FINISHED: Final = frozenset({RunStatus.SUCCESS, RunStatus.FAILED, RunStatus.CANCELLED})
STATUSES: Final[Mapping[BulkAction, frozenset[RunStatus]]] = {
    BulkAction.CANCEL: _UNFINISHED,
    BulkAction.RETRY: frozenset({RunStatus.FAILED, RunStatus.CANCELLED}),
    BulkAction.RESUME: _UNFINISHED,
    BulkAction.DELETE: _FINISHED,
}
"""Which runs an action is for, when its filter names no status."""


@dataclass(slots=True, kw_only=True)
class BulkOutcome:
    """What became of the runs.

    Attributes:
        matched: the runs that the filter found, the newest first.
        done: those of them with which it was done; all of `matched` when it was only tried.
        made: of a retry, the new run by the old one.
        failed: what refused it, by the run.
        more: whether the filter finds further runs, beyond the limit.
    """

    matched: Sequence[RunId]
    more: bool
    done: list[RunId] = field(default_factory=list[RunId])
    made: dict[RunId, RunId] = field(default_factory=dict[RunId, RunId])
    failed: dict[RunId, CallsheetError] = field(default_factory=dict[RunId, CallsheetError])

    def report(self) -> "BulkReport":
        """The same without what it was made of."""
        failed = tuple((run_id, error.code, error.message) for run_id, error in self.failed.items())
        return BulkReport(done=tuple(self.done), made=self.made, failed=failed, more=self.more)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkReport:
    """What became of the runs, as it is told to others.

    Attributes:
        done, made, more: as in `BulkOutcome`.
        failed: the run, the code and the sentence of each refusal.
    """

    done: tuple[RunId, ...]
    made: Mapping[RunId, RunId]
    failed: tuple[tuple[RunId, str, str], ...]
    more: bool


async def act_on_many(
    runs: RunService,
    action: BulkAction,
    where: RunFilter,
    *,
    limit: int = MOST,
    latest: bool = False,
    dry_run: bool = False,
) -> BulkOutcome:
    """Do `action` with the runs that `where` finds now.

    Args:
        runs: the use cases of single runs.
        action: what is done.
        where: which runs; without a status, those that the action is for.
        limit: the most runs that it is done with, the newest.
        latest: of a retry: with the revision that is in the catalog now.
        dry_run: find the runs, and do nothing.

    Raises:
        JournalUnavailable: the journal cannot be used; with some of the runs it may have been done.
    """
    found, more = await _find(runs, replace(where, status=where.status or STATUSES[action]), limit)
    outcome = BulkOutcome(matched=[run.run_id for run in found], more=more)
    if dry_run:
        outcome.done = list(outcome.matched)
        return outcome
    # Children after their parents, with which they are removed.
    for part in ([run for run in found if run.parent_run_id is None], [run for run in found if run.parent_run_id]):
        waiting = iter(part)
        tasks = [_work(runs, action, waiting, outcome, latest=latest) for _ in range(min(_AT_ONCE, len(part)))]
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        for error in ended:
            if error is not None:
                raise error
    order = {run_id: place for place, run_id in enumerate(outcome.matched)}
    outcome.done.sort(key=order.__getitem__)
    return outcome


async def _find(runs: RunService, where: RunFilter, limit: int) -> tuple[list[RunSummary], bool]:
    found, cursor = list[RunSummary](), None
    while len(found) < limit:
        page = await runs.list(where, min(_PAGE, limit - len(found)), cursor)
        found += page.runs
        cursor = page.next_cursor
        if cursor is None:
            return found, False
    return found, True


async def _work(
    runs: RunService, action: BulkAction, waiting: Iterator[RunSummary], outcome: BulkOutcome, *, latest: bool
) -> None:
    for run in waiting:
        try:
            await _act(runs, action, run.run_id, outcome, latest=latest)
        except Unavailable:
            raise
        except RunNotFound as exc:
            if action is BulkAction.DELETE:  # with its parent, or by somebody else
                outcome.done.append(run.run_id)
            else:
                outcome.failed[run.run_id] = exc
        except CallsheetError as exc:
            outcome.failed[run.run_id] = exc
        else:
            outcome.done.append(run.run_id)


async def _act(runs: RunService, action: BulkAction, run_id: RunId, outcome: BulkOutcome, *, latest: bool) -> None:
    match action:
        case BulkAction.CANCEL:
            await runs.cancel(run_id)
        case BulkAction.RETRY:
            wish = ForkWish(retry=True, revision=LATEST if latest else None)
            outcome.made[run_id] = (await runs.fork(run_id, wish)).summary.run_id
        case BulkAction.RESUME:
            await runs.resume(run_id)
        case BulkAction.DELETE:
            await runs.delete(run_id)
        case _:
            assert_never(action)
