"""Every transition of the journal, and the moments at which a process dies at it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from callsheet.journal.access_changes import ChangeAccess
from callsheet.journal.changes import AppendRecords, Change, CreateRun, DeleteRun, Deliver, Probe, RequestCancel
from callsheet.journal.trigger_changes import ChangeTriggers
from callsheet.runs import codec

PERSON: Final = "ada"


class Moment(StrEnum):
    """When the process dies."""

    BEFORE = "before its commit"
    AFTER = "after its commit, before anyone is told"
    EFFECT = "after the next effect of a tool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One way in which the journal changes.

    Attributes:
        event: the type of the event that is appended; None when it is no append.
        is_in: whether a change is this transition.
        stored: a query that gives how many times it is in the database.
    """

    event: str | None
    change: type
    is_in: Callable[[Change], bool]
    stored: str


def _appended(event: str) -> Transition:
    return Transition(
        event=event,
        change=AppendRecords,
        is_in=lambda change: (
            isinstance(change, AppendRecords) and any(record.type == event for record in change.records)
        ),
        stored=f"SELECT count(*) FROM events WHERE type = '{event}' AND run NOT IN ({_FORKS})",
    )


_FORKS: Final = "SELECT number FROM runs WHERE idempotency_key = 'fork'"

TRANSITIONS: Final[Mapping[str, Transition]] = {
    "create": Transition(
        event=codec.RUN_STARTED,
        change=CreateRun,
        is_in=lambda change: isinstance(change, CreateRun) and change.parent_seq is None and len(change.records) == 1,
        stored="SELECT count(*) FROM runs WHERE parent_run_id IS NULL",
    ),
    "create a child": Transition(
        event=codec.RUN_STARTED,
        change=CreateRun,
        is_in=lambda change: isinstance(change, CreateRun) and change.parent_seq is not None,
        stored="SELECT count(*) FROM runs WHERE parent_run_id IS NOT NULL",
    ),
    "create with a history": Transition(
        event=codec.RUN_STARTED,
        change=CreateRun,
        is_in=lambda change: isinstance(change, CreateRun) and len(change.records) > 1,
        stored="SELECT count(*) FROM runs WHERE idempotency_key = 'fork'",
    ),
    **{
        event: _appended(event)
        for event in (
            codec.STEP_STARTED,
            codec.STEP_RETRYING,
            codec.STEP_WAITING,
            codec.STEP_RESUMED,
            codec.STEP_PROGRESS,
            codec.STEP_LOG,
            codec.STEP_FINISHED,
            codec.RUN_WAITING,
            codec.RUN_RESUMED,
            codec.RUN_FINISHED,
        )
    },
    "deliver": Transition(
        event=None,
        change=Deliver,
        is_in=lambda change: isinstance(change, Deliver),
        stored=f"SELECT count(*) FROM messages WHERE sent_by = '{PERSON}'",
    ),
    "request a cancel": Transition(
        event=None,
        change=RequestCancel,
        is_in=lambda change: isinstance(change, RequestCancel),
        stored="SELECT count(*) FROM runs WHERE cancel_requested",
    ),
    "delete": Transition(
        event=None,
        change=DeleteRun,
        is_in=lambda change: isinstance(change, DeleteRun),
        stored="SELECT 1 - count(*) FROM runs WHERE idempotency_key = 'brief'",
    ),
}

NO_TRANSITIONS: Final = {
    Probe: "it only shows whether the journal can be written, for /readyz",
    ChangeAccess: "nothing of a run; a death between an act and what it tells of is in tests/e2e/test_auth.py",
    ChangeTriggers: "nothing of a run; deaths around the claim of a slot are in tests/runs/triggers/test_scheduler.py",
}
"""Changes that are none, and why."""
