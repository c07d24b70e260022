"""What the store of triggers asks the writer to do. Everything in here crosses from the loop to the thread."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from callsheet.runs.events import TriggerKind
from callsheet.runs.revisions import Expected
from callsheet.runs.triggers.slots import Decision, ScheduleState, Slot
from callsheet.runs.triggers.store import SavedTrigger, TriggerSaved


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveTrigger:
    """Keep a document. Answered with `TriggerSaved`.

    Attributes:
        text: the document as `text_of` writes it.
        limit: how many of its kind there may be.
    """

    new: SavedTrigger
    text: bytes
    expected: Expected
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTrigger:
    """Remove a document; answered with whether there was one."""

    kind: TriggerKind
    name: str
    expected: Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserveSchedule:
    """See `TriggerStore.observe`. Answered with the state."""

    name: str
    timing: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseSchedule:
    """See `TriggerStore.pause`. Answered with the state."""

    name: str
    now: datetime
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSlot:
    """See `TriggerStore.claim`. Answered with whether it was."""

    slot: Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleSlot:
    """See `TriggerStore.settle`. Answered with whether it was."""

    schedule: str
    at: datetime
    expected: Decision
    decision: Decision
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneSlots:
    """See `TriggerStore.prune`."""

    before: datetime


TriggerAction: TypeAlias = (
    SaveTrigger | DeleteTrigger | ObserveSchedule | PauseSchedule | ClaimSlot | SettleSlot | PruneSlots
)

TriggerAnswer: TypeAlias = TriggerSaved | ScheduleState | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTriggers:
    """One change to triggers, schedules or slots. Answered as its action says.

    Attributes:
        size: bytes of memory and, about, of disk.
    """

    action: TriggerAction
    size: int
