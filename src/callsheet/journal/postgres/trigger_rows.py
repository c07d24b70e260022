"""Rows of triggers, schedules and slots as what they stand for."""

from typing import Final, LiteralString

import orjson

from callsheet.access.mandate import Mandate
from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.postgres.connections import Row
from callsheet.journal.postgres.rows import moment
from callsheet.runs.events import Revision, RunId, TriggerKind
from callsheet.runs.triggers.slots import Decision, ScheduleState, Slot
from callsheet.runs.triggers.store import SavedTrigger
from callsheet.scenario.json import Json, JsonObject, is_object

TRIGGER_COLUMNS: Final[LiteralString] = "kind, name, revision, saved_at, document, mandate"
SLOT_COLUMNS: Final[LiteralString] = "schedule, slot_at, decision, run_id, decided_at, reason"


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
            saved_at=moment(saved_at),
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
        return ScheduleState(timing=str(timing), since=moment(since), paused=bool(paused))
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
            at=moment(at),
            decision=Decision(decision),
            run_id=RunId(run_id),
            decided_at=moment(decided_at),
            reason=str(reason),
        )
    except (TypeError, ValueError) as exc:
        raise _damaged("slots") from exc


def _document(text: bytes | str) -> JsonObject:
    document: Json = orjson.loads(text)
    if not is_object(document):
        raise TypeError("a document is an object")
    return document


def _damaged(table: str) -> JournalUnavailable:
    return JournalUnavailable(f"The table '{table}' of the journal holds a row that is not what was written.")
