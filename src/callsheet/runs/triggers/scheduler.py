"""Starts what is due by the clock. Every process of a fleet has one; the store decides whose claim of a slot counts.

A slot is claimed with the id of the run it will have, and only then the run is started. So a crash between the two is
no loss: whoever looks next sees an open slot and starts the same run, which cannot come into being twice.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from callsheet.access.mandate import Mandate
from callsheet.errors.kinds import CallsheetError, Unavailable
from callsheet.errors.runs import RunDamaged
from callsheet.runs.events import RunId, RunTrigger, TriggerKind
from callsheet.runs.ports import Clock, Entropy, Journal
from callsheet.runs.service import RunService
from callsheet.runs.triggers.documents import MAX_CATCH_UP, Overlap, Schedule
from callsheet.runs.triggers.entries import TriggerEntry, Triggers
from callsheet.runs.triggers.overlaps import Overlaps
from callsheet.runs.triggers.slots import Decision, ScheduleState, Slot
from callsheet.runs.triggers.store import TriggerStore

ON_TIME: Final = 60.0
"""Seconds. A slot that is looked at so late needs no catching up: processes are busy, and look every 30 s at least."""

KEPT: Final = timedelta(seconds=MAX_CATCH_UP) + timedelta(days=1)
"""How long it is known what was decided about a slot; more than any slot can still be due, also when the clock is put
back by hours."""

_AT_ONCE: Final = 500
"""Slots of one schedule that one look decides about."""

_PRUNE_EVERY: Final = timedelta(hours=1)
_OTHERS_START: Final = timedelta(seconds=10)
"""So long, a slot that another process has claimed is left to it."""

_ORPHANED: Final = timedelta(hours=1)
"""So long, a slot whose schedule is not known here is left to those who know it: files may differ in a fleet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """When to look again: at a moment, None for no time known, and when one of the runs has ended."""

    at: datetime | None
    runs: frozenset[RunId]


class Scheduler:
    """See `look`. Used by one task.

    Args:
        triggers: the schedules that there are.
        store: what was decided about their slots.
        runs: starts runs.
        journal: knows which have ended.
        clock: the time; it may jump.
        entropy: gives the ids of runs.
    """

    def __init__(
        self,
        *,
        triggers: Triggers,
        store: TriggerStore,
        runs: RunService,
        journal: Journal,
        clock: Clock,
        entropy: Entropy,
    ) -> None:
        self._triggers = triggers
        self._store = store
        self._runs = runs
        self._overlaps = Overlaps(journal=journal, store=store)
        self._clock = clock
        self._entropy = entropy
        self._states: dict[str, ScheduleState] = {}
        self._decided: dict[str, tuple[ScheduleState, datetime]] = {}
        self._mine: set[tuple[str, datetime]] = set()
        self._pruned: datetime | None = None
        self._looked = False
        self._mandates: Mapping[str, Mandate] = {}
        self._news: tuple[Sequence[TriggerEntry], Mapping[str, ScheduleState]] | None = None

    async def has_news(self) -> bool:
        """Whether files or states of schedules are others than when this was asked before; much cheaper than a look.

        Every change of a schedule shows here: the process that saves one observes its state.

        Raises:
            JournalUnavailable: it cannot be known.
        """
        last, self._news = self._news, (await self._triggers.files(TriggerKind.SCHEDULE), await self._store.states())
        return self._news != last

    async def look(self) -> Outlook:
        """Decide about every slot that is due, start its run, and go on with what an earlier look left open.

        Raises:
            Unavailable: not everything could be done; nothing is lost, the next look does it.
        """
        now = self._clock.now()
        entries = await self._triggers.list(TriggerKind.SCHEDULE)
        schedules = {entry.name: entry.schedule for entry in entries if entry.schedule is not None}
        self._mandates = {entry.name: entry.mandate for entry in entries}
        queues = await self._finish_starts(schedules, now)
        states = await self._observe(schedules, {entry.name for entry in entries}, now)
        moments: list[datetime] = []
        waits: set[RunId] = set()
        failed: Unavailable | None = None
        for name, schedule in schedules.items():
            if states[name].paused or not schedule.enabled:
                continue
            queue = queues.setdefault(name, [])
            try:
                moments += await self._decide(schedule, states[name], queue, now)
                waits |= await self._advance(schedule, queue)
            except Unavailable as error:  # the others shall not wait for this one
                failed = error
        if failed is not None:
            raise failed
        await self._prune(now)
        self._looked = True
        return Outlook(at=min(moments, default=None), runs=frozenset(waits))

    async def _finish_starts(self, schedules: Mapping[str, Schedule], now: datetime) -> dict[str, list[Slot]]:
        """Start what was claimed and perhaps not started, by a process that is gone; the queue of each schedule."""
        queues: dict[str, list[Slot]] = {}
        for slot in await self._store.open_slots():
            if slot.decision is Decision.QUEUED:
                queues.setdefault(slot.schedule, []).append(slot)
                continue
            age = abs(now - slot.decided_at)
            mine = not self._looked or (slot.schedule, slot.at) in self._mine
            if (mine or age > _OTHERS_START) and (slot.schedule in schedules or age > _ORPHANED):
                await self._start(slot, schedules.get(slot.schedule))
        return queues

    async def _observe(
        self, schedules: Mapping[str, Schedule], names: AbstractSet[str], now: datetime
    ) -> dict[str, ScheduleState]:
        """The state of each schedule as it is here: while files differ in a fleet, each process goes by its own."""
        for name in [name for name in self._states if name not in names]:
            del self._states[name]
            await self._store.observe(name, "", now)  # should it come back, it begins then
        known = await self._store.states()
        for name, schedule in schedules.items():
            mine, stored = self._states.get(name), known.get(name)
            if stored is None or mine is None or mine.timing != schedule.timing or stored.since > now:
                mine = await self._store.observe(name, schedule.timing, now)
            elif stored.timing == schedule.timing:
                mine = stored
            else:
                mine = replace(mine, paused=stored.paused)
            self._states[name] = mine
        return {name: self._states[name] for name in schedules}

    async def _decide(
        self, schedule: Schedule, state: ScheduleState, queue: list[Slot], now: datetime
    ) -> Sequence[datetime]:
        """Decide about every slot that is due; when the next one is."""
        begin = max(state.since, now - timedelta(seconds=max(schedule.catch_up, ON_TIME)))
        last_state, decided = self._decided.get(schedule.name, (None, begin))
        if last_state == state:  # else a slot of before may be due that was not
            begin = max(begin, decided)
        claimed = await self._store.claimed(schedule.name, begin)
        number = 0
        for at in schedule.times.after(begin):
            if at > now:
                self._decided[schedule.name] = (state, max(begin, now))
                return [at]
            if at not in claimed:
                if number == _AT_ONCE:
                    return [now]
                number += 1
                await self._claim(schedule, at, queue)
        return []

    async def _claim(self, schedule: Schedule, at: datetime, queue: list[Slot]) -> None:
        verdict = await self._overlaps.judge(schedule, queue)
        slot = Slot(
            schedule=schedule.name,
            at=at,
            decision=verdict.decision,
            run_id=self._entropy.run_id(),
            decided_at=self._clock.now(),
            reason=verdict.reason,
        )
        if not await self._store.claim(slot):
            return
        self._mine.add((slot.schedule, slot.at))
        if slot.decision is Decision.STARTING:
            await self._start(slot, schedule)
        else:
            self._mine.discard((slot.schedule, slot.at))
        if slot.decision is Decision.QUEUED:
            queue.append(slot)

    async def _advance(self, schedule: Schedule, queue: Sequence[Slot]) -> frozenset[RunId]:
        """Start the first slot of the queue when nothing is before it; the run that the next one waits for."""
        if not queue:
            return frozenset()
        first, *rest = queue
        busy = None if schedule.overlap is Overlap.ALLOW else await self._overlaps.at_work(schedule.name)
        if busy is None and await self._store.settle(schedule.name, first.at, Decision.QUEUED, Decision.STARTING):
            await self._start(replace(first, decision=Decision.STARTING), schedule)
            return frozenset({first.run_id}) if rest else frozenset()
        return frozenset({busy or first.run_id})

    async def _start(self, slot: Slot, schedule: Schedule | None) -> None:
        """See that the slot's run exists, or write down why it does not."""
        failure = ""
        if schedule is None:
            failure = "The schedule was gone, or had errors, before the run could start."
        else:
            trigger = RunTrigger(kind=TriggerKind.SCHEDULE, name=schedule.name, slot=slot.at)
            try:
                await self._runs.start(
                    slot.run_id,
                    schedule.scenario_id,
                    schedule.input,
                    priority=schedule.priority,
                    trigger=trigger,
                    mandate=self._mandates[schedule.name],
                )
            except Unavailable:
                raise
            except RunDamaged:  # the run was there already
                pass
            except CallsheetError as error:
                failure = error.message
        outcome = Decision.FAILED if failure else Decision.STARTED
        await self._store.settle(slot.schedule, slot.at, Decision.STARTING, outcome, failure)
        self._mine.discard((slot.schedule, slot.at))

    async def _prune(self, now: datetime) -> None:
        if self._pruned is None or abs(now - self._pruned) >= _PRUNE_EVERY:
            await self._store.prune(now - KEPT)
            self._pruned = now
