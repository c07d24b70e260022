"""Rows of triggers, schedules and slots as what they stand for."""

from datetime import datetime
from typing import Any, Final

import orjson

from callsheet.access.mandate import Mandate
from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.sqlite.rows import Row
from callsheet.runs.events import Revision, RunId, TriggerKind
from callsheet.runs.triggers.slots import Decision, ScheduleState, Slot
from callsheet.runs.triggers.store import SavedTrigger

TRIGGER_COLUMNS: Final = "kind, name, revision, saved_at, document, mandate"
SLOT_COLUMNS: Final = "schedule, slot_at, decision, run_id, decided_at, reason"


def saved_of(row: Row) -> SavedTrigger:
    """The document of a row of `TRIGGER_COLUMNS`.

    Raises:
        JournalUnavailable: the row is not what was written.
    """
    try:
        kind, name, revision, saved_at, document, mandate = row
        return SavedTrigger(
            kind=TriggerKind(kind),
            name=str(name),
            revision=Revision(revision),
            saved_at=datetime.fromisoformat(saved_at),
            document=_document(document),
            mandate=Mandate.read(_document(mandate)),
        )
    except (TypeError, ValueError) as exc:
        raise _damaged("triggers") from exc


def state_of(row: Row) -> ScheduleState:
    """The state of a row of name, timing, since and paused.

    Raises:
        JournalUnavailable: the row is not what was written.
    """
    try:
        _, timing, since, paused = row
        return ScheduleState(timing=str(timing), since=datetime.fromisoformat(since), paused=bool(paused))
    except (TypeError, ValueError) as exc:
        raise _damaged("schedules") from exc


def slot_of(row: Row) -> Slot:
    """The slot of a row of `SLOT_COLUMNS`.

    Raises:
        JournalUnavailable: the row is not what was written.
    """
    try:
        schedule, at, decision, run_id, decided_at, reason = row
        return Slot(
            schedule=str(schedule),
            at=datetime.fromisoformat(at),
            decision=Decision(decision),
            run_id=RunId(run_id),
            decided_at=datetime.fromisoformat(decided_at),
            reason=str(reason),
        )
    except (TypeError, ValueError) as exc:
        raise _damaged("slots") from exc


def _document(text: bytes | str) -> Any:
    document = orjson.loads(text)
    if not isinstance(document, dict):
        raise TypeError("a document is an object")
    return document  # pyright: ignore[reportUnknownVariableType]: JSON, which was checked when it was saved


def _damaged(table: str) -> JournalUnavailable:
    return JournalUnavailable(f"The table '{table}' of the journal holds a row that is not what was written.")
