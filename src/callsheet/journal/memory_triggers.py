"""The store of triggers in memory: for tests. Nothing survives the process."""

import asyncio
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

from callsheet.journal.projection import as_stored, storable
from callsheet.runs.events import TriggerKind
from callsheet.runs.revisions import Expected, Outcome
from callsheet.runs.triggers.slots import Decision, ScheduleState, Slot, observed, paused_or_resumed
from callsheet.runs.triggers.store import (
    MAX_TRIGGERS,
    SavedTrigger,
    TriggerSaved,
    check_expected,
    decide_save,
    text_of,
    too_many_triggers,
)


class MemoryTriggerStore:
    """The `TriggerStore` port in memory. Lives on one event loop."""

    def __init__(self, *, max_triggers: int = MAX_TRIGGERS) -> None:
        self._max_triggers = max_triggers
        self._saved: dict[TriggerKind, dict[str, SavedTrigger]] = {kind: {} for kind in TriggerKind}
        self._states: dict[str, ScheduleState] = {}
        self._slots: dict[str, dict[datetime, Slot]] = {}

    async def save(self, new: SavedTrigger, expected: Expected) -> TriggerSaved:
        """See `TriggerStore.save`."""
        text_of(new.document)
        await _as_if_on_disk()
        saved = self._saved[new.kind]
        current = saved.get(new.name)
        outcome = decide_save(new.name, new.revision, expected, current and current.revision)
        if outcome is Outcome.UNCHANGED and current is not None:
            return TriggerSaved(outcome=outcome, current=current)
        if current is None and len(saved) >= self._max_triggers:
            raise too_many_triggers(new.kind, self._max_triggers)
        saved[new.name] = replace(new, saved_at=as_stored(new.saved_at))
        return TriggerSaved(outcome=outcome, current=saved[new.name])

    async def delete(self, kind: TriggerKind, name: str, expected: Expected) -> bool:
        """See `TriggerStore.delete`."""
        await _as_if_on_disk()
        current = self._saved[kind].get(name)
        if current is None:
            return False
        check_expected(name, expected, current.revision)
        del self._saved[kind][name]
        if kind is TriggerKind.SCHEDULE:
            self._states.pop(name, None)
        return True

    async def saved(self, kind: TriggerKind) -> Mapping[str, SavedTrigger]:
        """See `TriggerStore.saved`."""
        return dict(sorted(self._saved[kind].items()))

    async def find(self, kind: TriggerKind, name: str) -> SavedTrigger | None:
        """See `TriggerStore.find`."""
        return self._saved[kind].get(name)

    async def states(self) -> Mapping[str, ScheduleState]:
        """See `TriggerStore.states`."""
        return dict(self._states)

    async def observe(self, name: str, timing: str, now: datetime) -> ScheduleState:
        """See `TriggerStore.observe`."""
        await _as_if_on_disk()
        self._states[name] = observed(self._states.get(name), timing, as_stored(now))
        return self._states[name]

    async def pause(self, name: str, now: datetime, *, paused: bool) -> ScheduleState:
        """See `TriggerStore.pause`."""
        await _as_if_on_disk()
        self._states[name] = paused_or_resumed(self._states.get(name), as_stored(now), paused=paused)
        return self._states[name]

    async def claim(self, slot: Slot) -> bool:
        """See `TriggerStore.claim`."""
        await _as_if_on_disk()
        known = self._slots.setdefault(slot.schedule, {})
        if slot.at in known:
            return False
        known[slot.at] = replace(slot, decided_at=as_stored(slot.decided_at), reason=storable(slot.reason))
        return True

    async def settle(
        self, schedule: str, at: datetime, expected: Decision, decision: Decision, reason: str = ""
    ) -> bool:
        """See `TriggerStore.settle`."""
        await _as_if_on_disk()
        slot = self._slots.get(schedule, {}).get(at)
        if slot is None or slot.decision is not expected:
            return False
        self._slots[schedule][at] = replace(slot, decision=decision, reason=storable(reason))
        return True

    async def open_slots(self) -> Sequence[Slot]:
        """See `TriggerStore.open_slots`."""
        found = [slot for known in self._slots.values() for slot in known.values() if slot.decision.is_open]
        return sorted(found, key=lambda slot: (slot.at, slot.schedule))

    async def claimed(self, schedule: str, after: datetime) -> AbstractSet[datetime]:
        """See `TriggerStore.claimed`."""
        return {at for at in self._slots.get(schedule, {}) if at > after}

    async def slots(self, schedule: str, limit: int, before: datetime | None = None) -> Sequence[Slot]:
        """See `TriggerStore.slots`."""
        known = self._slots.get(schedule, {})
        found = [known[at] for at in sorted(known, reverse=True) if before is None or at < before]
        return found[:limit]

    async def last_run(self, schedule: str) -> Slot | None:
        """See `TriggerStore.last_run`."""
        ran = {Decision.STARTING, Decision.STARTED}
        found = [slot for slot in self._slots.get(schedule, {}).values() if slot.decision in ran]
        return max(found, key=lambda slot: slot.at, default=None)

    async def prune(self, before: datetime) -> None:
        """See `TriggerStore.prune`."""
        await _as_if_on_disk()
        for known in self._slots.values():
            for at in [at for at, slot in known.items() if at < before and not slot.decision.is_open]:
                del known[at]


async def _as_if_on_disk() -> None:
    # As in `MemoryJournal`: the stores on disk let other tasks run while they write.
    await asyncio.sleep(0)
