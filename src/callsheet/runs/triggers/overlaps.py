"""Whether a slot may start a run now, as far as the schedule's earlier runs go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from callsheet.errors.runs import RunDamaged, RunNotFound
from callsheet.runs.events import RunId
from callsheet.runs.ports import Journal
from callsheet.runs.triggers.documents import Overlap, Schedule
from callsheet.runs.triggers.slots import Decision, Slot
from callsheet.runs.triggers.store import TriggerStore

MAX_QUEUED: Final = 100
"""Slots of one schedule that wait for their turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a slot; `reason` says why it is skipped."""

    decision: Decision
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaps:
    """Looks at the last run of a schedule.

    Attributes:
        journal: knows which runs have ended.
        store: knows the last one.
    """

    journal: Journal
    store: TriggerStore

    async def judge(self, schedule: Schedule, queued: Sequence[Slot]) -> Verdict:
        """What becomes of the schedule's next slot, while the slots `queued` wait.

        Raises:
            JournalUnavailable: it cannot be known.
        """
        if schedule.overlap is Overlap.ALLOW:
            return Verdict(decision=Decision.STARTING)
        busy = await self.at_work(schedule.name)
        if busy is None and not queued:
            return Verdict(decision=Decision.STARTING)
        match schedule.overlap:
            case Overlap.SKIP:
                return Verdict(
                    decision=Decision.SKIPPED, reason=f"The schedule's run {busy or queued[0].run_id} had not ended."
                )
            case Overlap.QUEUE if len(queued) >= MAX_QUEUED:
                reason = f"There were {MAX_QUEUED} slots before it in the queue, the most that is allowed."
                return Verdict(decision=Decision.SKIPPED, reason=reason)
            case Overlap.QUEUE:
                return Verdict(decision=Decision.QUEUED)
            case _:
                assert_never(schedule.overlap)

    async def at_work(self, schedule: str) -> RunId | None:
        """The schedule's last run, while it has not ended.

        Raises:
            JournalUnavailable: it cannot be known.
        """
        last = await self.store.last_run(schedule)
        if last is None:
            return None
        if last.decision is Decision.STARTING:
            return last.run_id
        try:
            ended = (await self.journal.summary(last.run_id)).status.is_terminal
        except (RunNotFound, RunDamaged):  # deleted, or nothing that will ever end
            return None
        return None if ended else last.run_id
