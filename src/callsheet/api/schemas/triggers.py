"""Schedules and hooks as the API shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from callsheet.api.schemas.moments import Timestamp
from callsheet.api.schemas.scenarios import Origin, ScenarioProblem
from callsheet.runs.codec import timestamp
from callsheet.runs.triggers.entries import TriggerEntry
from callsheet.runs.triggers.slots import Decision, Slot
from callsheet.runs.triggers.store import SavedTrigger


class TriggerRow(BaseModel):
    """What schedules and hooks have in common. Of a broken one, what could be read; `problems` says what is wrong."""

    name: str
    description: str
    scenario_id: str | None
    enabled: bool
    priority: int
    source: Origin
    read_only: bool
    revision: str
    saved_at: Timestamp | None
    problems: list[ScenarioProblem]

    @classmethod
    def fields(cls, entry: TriggerEntry) -> dict[str, Any]:
        """The common fields of an entry."""
        trigger = entry.trigger
        return {
            "name": entry.name,
            "description": trigger.description if trigger else "",
            "scenario_id": trigger.scenario_id if trigger else None,
            "enabled": trigger.enabled if trigger else False,
            "priority": trigger.priority if trigger else 0,
            "source": entry.source,
            "read_only": entry.saved_at is None,
            "revision": entry.revision,
            "saved_at": timestamp(entry.saved_at) if entry.saved_at else None,
            "problems": [ScenarioProblem.of(problem) for problem in entry.problems],
        }


class ScheduleRow(TriggerRow):
    """One line of the list of schedules; `next` is null for one that is broken, paused or not enabled."""

    cron: str | None
    timezone: str | None
    overlap: str | None
    catch_up: Annotated[float | None, Field(description="Seconds.")]
    paused: bool
    next: Timestamp | None

    @classmethod
    def of(cls, entry: TriggerEntry, *, paused: bool, slots: Sequence[datetime], **more: Any) -> Self:
        """The schedule as the API shows it, with its next `slots`."""
        schedule = entry.schedule
        fires = schedule is not None and schedule.enabled and not paused and bool(slots)
        return cls(
            **cls.fields(entry),
            cron=schedule.cron if schedule else None,
            timezone=schedule.timezone if schedule else None,
            overlap=schedule.overlap if schedule else None,
            catch_up=schedule.catch_up if schedule else None,
            paused=paused,
            next=timestamp(slots[0]) if fires else None,
            **more,
        )


class SlotRow(BaseModel):
    """What was decided about one slot. A run of its `run_id` exists when it was `started`."""

    at: Timestamp
    decision: Decision
    run_id: str | None
    decided_at: Timestamp
    reason: str

    @classmethod
    def of(cls, slot: Slot) -> Self:
        """The slot as the API shows it."""
        runs = slot.decision in {Decision.STARTING, Decision.STARTED, Decision.QUEUED}
        return cls(
            at=timestamp(slot.at),
            decision=slot.decision,
            run_id=slot.run_id if runs else None,
            decided_at=timestamp(slot.decided_at),
            reason=slot.reason,
        )


class ScheduleDetail(ScheduleRow):
    """A schedule with its document, its next five slots and its last fifty."""

    document: dict[str, Any] | None
    next_slots: Annotated[list[Timestamp], Field(description="By its times alone, whether it is paused or not.")]
    last_slots: Annotated[list[SlotRow], Field(description="Latest first.")]


class HookRow(TriggerRow):
    """One line of the list of hooks. `secret` is a name; the value is the operator's."""

    secret: str | None
    tolerance: Annotated[float | None, Field(description="Seconds.")]
    url: str
    ready: Annotated[bool, Field(description="Whether it has no errors, is enabled, and its secret is set.")]

    @classmethod
    def of(cls, entry: TriggerEntry, *, has_secret: bool, **more: Any) -> Self:
        """The hook as the API shows it."""
        hook = entry.hook
        return cls(
            **cls.fields(entry),
            secret=hook.secret if hook else None,
            tolerance=hook.tolerance if hook else None,
            url=f"/api/hooks/{entry.name}",
            ready=hook is not None and hook.enabled and has_secret,
            **more,
        )


class HookDetail(HookRow):
    """A hook with its document."""

    document: dict[str, Any] | None


class TriggerSavedBody(BaseModel):
    """What is saved now."""

    name: str
    revision: str
    saved_at: Timestamp

    @classmethod
    def of(cls, saved: SavedTrigger) -> Self:
        """The answer to a save."""
        return cls(name=saved.name, revision=saved.revision, saved_at=timestamp(saved.saved_at))


class ScheduleStateBody(BaseModel):
    """Whether a schedule is paused."""

    name: str
    paused: bool
