"""Reading runs: their state, their events as they come, and lists of them."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from typing import Final

from callsheet.access.principal import LOCAL, Principal
from callsheet.errors.runs import RunDamaged, RunNotFound
from callsheet.runs.codec import RUN_FINISHED, STEP_LOG, STEP_RETRYING, decode
from callsheet.runs.events import Record, Revision, RunId, RunSummary, StepLog, StepPath, StepRetrying
from callsheet.runs.fairness import rebuild
from callsheet.runs.following import Follows
from callsheet.runs.hindsight import roots_at
from callsheet.runs.ports import Journal, RunFilter, RunPage
from callsheet.runs.scenarios import parse_pinned
from callsheet.runs.state import RunState, StepState
from callsheet.runs.tries import StepAttempt, attempts_of
from callsheet.scenario.json import JsonObject

MOST_CHILDREN: Final = 100
"""Of one run that are shown with it; the list of runs has all."""

_PAGE: Final = 64
"""How many records a follower takes at once: it holds no more, however slow it reads."""


class RunHistory:
    """What can be asked of runs without changing any.

    Args:
        journal: has them.
        caller: who asks. A run that they do not see is to them as if there were none.
    """

    def __init__(self, journal: Journal, caller: Principal = LOCAL) -> None:
        self._journal = journal
        self._caller = caller

    async def state(self, run_id: RunId) -> RunState:
        """The run as its journal tells it now.

        Raises:
            RunNotFound: there is no such run.
            JournalUnavailable: the journal cannot be read.
        """
        await require_sight(self._caller, self._journal, run_id)
        return await rebuild(await self._journal.read(run_id))

    async def summary(self, run_id: RunId) -> RunSummary:
        """The run's row in the list; cheaper than `state`.

        Raises:
            RunNotFound: there is no such run.
            JournalUnavailable: the journal cannot be read.
        """
        return await summary_for(self._caller, self._journal, run_id)

    async def definition(self, revision: Revision) -> bytes:
        """The document that a run with this revision executes, as JSON text.

        Raises:
            ScenarioNotFound: no run ever had this revision.
            JournalUnavailable: the journal cannot be read.
        """
        return await self._journal.definition(revision)

    async def hindsight(self, run_id: RunId, path: StepPath | None) -> Callable[[], JsonObject]:
        """Gives the roots of a step of the run, as `roots_at` makes them; that takes a while, so call it in a thread.

        Raises:
            RunNotFound: there is no such run.
            ScenarioInvalid: this version of Callsheet cannot read its document.
            JournalUnavailable: the journal cannot be read.
        """
        state = await self.state(run_id)
        document = await self._journal.definition(state.revision)
        return lambda: roots_at(parse_pinned(state.revision, document), state, path)

    async def summaries(self, run_ids: Collection[RunId]) -> Mapping[RunId, RunSummary | None]:
        """The rows of those of the runs that exist and are seen; None for a row that is damaged, where all are seen.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        rows = await self._journal.summaries(run_ids)
        return {run_id: row for run_id, row in rows.items() if self._sees(row)}

    async def logs(self, run_id: RunId, path: StepPath) -> Sequence[StepLog]:
        """What the tool of a step logged, in its order.

        Raises:
            RunNotFound: there is no such run.
            JournalUnavailable: the journal cannot be read.
        """
        records = await self._records(run_id)
        lines = [decode(record) for record in records if record.type == STEP_LOG]
        return [line for line in lines if isinstance(line, StepLog) and line.step_path == path]

    async def attempts(self, run_id: RunId, step: StepState) -> Sequence[StepAttempt]:
        """Every attempt of one execution of a step, in their order.

        Raises:
            RunNotFound: there is no such run.
            JournalUnavailable: the journal cannot be read.
        """
        if step.attempts == 1:
            return attempts_of(step, ())
        records = await self._records(run_id)
        retries = [decode(record) for record in records if record.type == STEP_RETRYING]
        mine = [each for each in retries if isinstance(each, StepRetrying) and each.step_path == step.path]
        return attempts_of(step, mine)

    async def children(self, state: RunState) -> Sequence[RunSummary]:
        """The runs that steps of a run began, the newest first, `MOST_CHILDREN` at most.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        if all(step.child is None for step in state.steps.values()):
            return ()
        return (await self.list(RunFilter(parent_run_id=state.run_id), MOST_CHILDREN)).runs

    async def follow(self, run_id: RunId, after: int = 0) -> AsyncGenerator[Sequence[Record], None]:
        """Every record after `after`, in batches and in order, as they are written; ends after `run_finished`.

        A follower holds nothing but its cursor: a slow one costs no memory.

        Raises:
            RunNotFound: there is no such run.
            JournalUnavailable: the journal cannot be read.
        """
        ended: bool | None = None
        await require_sight(self._caller, self._journal, run_id)
        while True:
            records = await self._journal.read(run_id, after, _PAGE)
            if records:
                yield records
                after, ended = records[-1].seq, False
                if records[-1].type == RUN_FINISHED:
                    return
            elif ended:
                return
            elif ended is None:
                # Asked by those alone who begin at the end; what came after the read is there at the next one.
                ended = (await self._journal.summary(run_id)).status.is_terminal
            else:
                await self._journal.wait(run_id, after)

    def follow_all(self, cursors: Mapping[RunId, int], woken: asyncio.Event) -> Follows:
        """Follow several runs at once, each after its own seq; `woken` is set when there may be something to take.

        Nobody is asked who sees them: their rows must have come from `summaries`.
        """
        return Follows(self._journal, cursors, woken)

    async def list(self, where: RunFilter, limit: int, cursor: str | None = None) -> RunPage:
        """Runs that are seen, newest first.

        Raises:
            CursorInvalid: `cursor` is not one that this method gave out.
            JournalUnavailable: the journal cannot be read.
        """
        return await self._journal.runs(where.within(self._caller), limit, cursor)

    async def _records(self, run_id: RunId) -> Sequence[Record]:
        await require_sight(self._caller, self._journal, run_id)
        return await self._journal.read(run_id)

    def _sees(self, row: RunSummary | None) -> bool:
        if row is None:
            return not self._caller.is_restricted
        return self._caller.sees(row.owner, row.scenario_id)


async def require_sight(caller: Principal, journal: Journal, run_id: RunId) -> None:
    """Return when the caller sees the run; before its events are read, which for a large run takes a while.

    Raises:
        RunNotFound: as if there were none.
        JournalUnavailable: the journal cannot be read.
    """
    if caller.is_restricted:
        await summary_for(caller, journal, run_id)


async def summary_for(caller: Principal, journal: Journal, run_id: RunId) -> RunSummary:
    """The row of a run that the caller sees. Of one that is damaged nobody knows whose it is.

    Raises:
        RunNotFound: there is none, or as if there were none.
        RunDamaged: it is damaged, and the caller sees all.
        JournalUnavailable: the journal cannot be read.
    """
    try:
        summary = await journal.summary(run_id)
    except RunDamaged:
        if not caller.is_restricted:
            raise
        raise _not_found(run_id) from None
    if not caller.sees(summary.owner, summary.scenario_id):
        raise _not_found(run_id)
    return summary


def _not_found(run_id: RunId) -> RunNotFound:
    return RunNotFound(f"There is no run {run_id}.")
