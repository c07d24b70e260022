"""The store of triggers over a writer thread: its writing half, whatever the database."""

from dataclasses import replace
from datetime import datetime

from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.changes import OVERHEAD
from callsheet.journal.group_commit import GroupCommit
from callsheet.journal.projection import storable
from callsheet.journal.trigger_changes import (
    ChangeTriggers,
    ClaimSlot,
    DeleteTrigger,
    ObserveSchedule,
    PauseSchedule,
    PruneSlots,
    SaveTrigger,
    SettleSlot,
    TriggerAction,
)
from callsheet.runs.events import TriggerKind
from callsheet.runs.revisions import Expected
from callsheet.runs.triggers.slots import Decision, ScheduleState, Slot
from callsheet.runs.triggers.store import MAX_TRIGGERS, SavedTrigger, TriggerSaved, text_of


class TriggerWriting:
    """The methods of the `TriggerStore` port that write.

    Args:
        commits: the queue of the journal's writer.
        max_triggers: how many documents of each kind there may be.
    """

    def __init__(self, commits: GroupCommit, *, max_triggers: int = MAX_TRIGGERS) -> None:
        self._commits = commits
        self._max_triggers = max_triggers

    async def save(self, new: SavedTrigger, expected: Expected) -> TriggerSaved:
        """See `TriggerStore.save`."""
        text = text_of(new.document)
        action = SaveTrigger(new=new, text=text, expected=expected, limit=self._max_triggers)
        answer = await self._ask(action, len(text))
        if not isinstance(answer, TriggerSaved):
            raise _confused()
        return answer

    async def delete(self, kind: TriggerKind, name: str, expected: Expected) -> bool:
        """See `TriggerStore.delete`."""
        return await self._ask(DeleteTrigger(kind=kind, name=name, expected=expected)) is True

    async def observe(self, name: str, timing: str, now: datetime) -> ScheduleState:
        """See `TriggerStore.observe`."""
        return await self._state(ObserveSchedule(name=name, timing=timing, now=now))

    async def pause(self, name: str, now: datetime, *, paused: bool) -> ScheduleState:
        """See `TriggerStore.pause`."""
        return await self._state(PauseSchedule(name=name, now=now, paused=paused))

    async def claim(self, slot: Slot) -> bool:
        """See `TriggerStore.claim`."""
        return await self._ask(ClaimSlot(slot=replace(slot, reason=storable(slot.reason)))) is True

    async def settle(
        self, schedule: str, at: datetime, expected: Decision, decision: Decision, reason: str = ""
    ) -> bool:
        """See `TriggerStore.settle`."""
        said = storable(reason)
        action = SettleSlot(schedule=schedule, at=at, expected=expected, decision=decision, reason=said)
        return await self._ask(action) is True

    async def prune(self, before: datetime) -> None:
        """See `TriggerStore.prune`."""
        await self._ask(PruneSlots(before=before))

    async def _state(self, action: ObserveSchedule | PauseSchedule) -> ScheduleState:
        answer = await self._ask(action)
        if not isinstance(answer, ScheduleState):
            raise _confused()
        return answer

    async def _ask(self, action: TriggerAction, size: int = 0) -> object:
        # Not under a run's name: nothing in here is a run that writes.
        return await self._commits.submit(ChangeTriggers(action=action, size=size + OVERHEAD), "")


def _confused() -> JournalUnavailable:
    return JournalUnavailable("The journal answered a change with something else than was asked. Restart Callsheet.")
