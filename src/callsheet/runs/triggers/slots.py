"""Slots: the moments of a schedule, and what was decided about each. What is decided once is never decided again."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from callsheet.runs.events import RunId


class Decision(StrEnum):
    """What becomes of a slot.

    `starting` is a promise: the run may exist already, and whoever looks next sees that it does. `queued` waits for the
    schedule's last run. The others are final.
    """

    STARTING = "starting"
    QUEUED = "queued"
    STARTED = "started"
    SKIPPED = "skipped"
    FAILED = "failed"

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done for the slot."""
        return self in {Decision.STARTING, Decision.QUEUED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One moment of a schedule.

    Attributes:
        schedule: its name.
        at: the moment, in UTC; with `schedule` what the slot is known by.
        decision: what was decided.
        run_id: chosen when the slot was claimed; the run exists where the decision is `started`.
        decided_at: when it was claimed.
        reason: why it was skipped or failed, a sentence; empty otherwise.
    """

    schedule: str
    at: datetime
    decision: Decision
    run_id: RunId
    decided_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleState:
    """What is remembered of a schedule beside its document.

    Attributes:
        timing: `Schedule.timing` when it was looked at last; empty when nobody looked yet.
        since: slots later than this are its own: since it was created, changed or resumed.
        paused: whether no slot of it is due.
    """

    timing: str
    since: datetime
    paused: bool = False


def observed(state: ScheduleState | None, timing: str, now: datetime) -> ScheduleState:
    """The state of a schedule that is there with this timing; see `TriggerStore.observe`."""
    if state is None or state.timing != timing:
        return ScheduleState(timing=timing, since=now, paused=state is not None and state.paused)
    return replace(state, since=min(state.since, now))


def paused_or_resumed(state: ScheduleState | None, now: datetime, *, paused: bool) -> ScheduleState:
    """The state of a schedule that is paused or resumed; see `TriggerStore.pause`."""
    state = state or ScheduleState(timing="", since=now)
    return replace(state, paused=paused, since=now if state.paused and not paused else state.since)
