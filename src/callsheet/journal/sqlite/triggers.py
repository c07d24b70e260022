"""Triggers, schedules and slots: their tables, and what the writer does to them."""

import sqlite3
from typing import Final, assert_never

import orjson

from callsheet.errors.kinds import CallsheetError
from callsheet.journal.projection import as_stored, sortable
from callsheet.journal.sqlite.trigger_rows import TRIGGER_COLUMNS, saved_of, state_of
from callsheet.journal.trigger_changes import (
    ClaimSlot,
    DeleteTrigger,
    ObserveSchedule,
    PauseSchedule,
    PruneSlots,
    SaveTrigger,
    SettleSlot,
    TriggerAction,
    TriggerAnswer,
)
from callsheet.runs.events import TriggerKind
from callsheet.runs.revisions import Outcome
from callsheet.runs.triggers.slots import ScheduleState, observed, paused_or_resumed
from callsheet.runs.triggers.store import TriggerSaved, check_expected, decide_save, too_many_triggers

_FIND: Final = f"SELECT {TRIGGER_COLUMNS} FROM triggers WHERE kind = ? AND name = ?"  # noqa: S608 (constant)
_COUNT: Final = "SELECT count(*) FROM triggers WHERE kind = ?"
_KEEP: Final = f"INSERT OR REPLACE INTO triggers ({TRIGGER_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608 (constant)
_DROP: Final = "DELETE FROM triggers WHERE kind = ? AND name = ?"
_STATE: Final = "SELECT name, timing, since, paused FROM schedules WHERE name = ?"
_REMEMBER: Final = "INSERT OR REPLACE INTO schedules (name, timing, since, paused) VALUES (?, ?, ?, ?)"
_FORGET: Final = "DELETE FROM schedules WHERE name = ?"
_CLAIM: Final = (
    "INSERT OR IGNORE INTO slots (schedule, slot_at, decision, run_id, decided_at, reason) VALUES (?, ?, ?, ?, ?, ?)"
)
_SETTLE: Final = "UPDATE slots SET decision = ?, reason = ? WHERE schedule = ? AND slot_at = ? AND decision = ?"
_PRUNE: Final = "DELETE FROM slots WHERE slot_at < ? AND decision NOT IN ('starting', 'queued')"


def change_triggers(connection: sqlite3.Connection, action: TriggerAction) -> TriggerAnswer | CallsheetError | None:
    """Do what the action asks for; an error when this action alone cannot be done."""
    try:
        match action:
            case SaveTrigger():
                return _save(connection, action)
            case DeleteTrigger():
                return _delete(connection, action)
            case ObserveSchedule():
                return _observe(connection, action)
            case PauseSchedule():
                return _pause(connection, action)
            case ClaimSlot():
                return _claim(connection, action)
            case SettleSlot():
                return _settle(connection, action)
            case PruneSlots(before=before):
                connection.execute(_PRUNE, (sortable(before),))
                return None
            case _:
                assert_never(action)
    except CallsheetError as error:  # found out before anything was written
        return error


def _save(connection: sqlite3.Connection, action: SaveTrigger) -> TriggerSaved:
    new = action.new
    row = connection.execute(_FIND, (new.kind, new.name)).fetchone()
    current = None if row is None else saved_of(row)
    outcome = decide_save(new.name, new.revision, action.expected, current and current.revision)
    if outcome is Outcome.UNCHANGED and current is not None:
        return TriggerSaved(outcome=outcome, current=current)
    if current is None and connection.execute(_COUNT, (new.kind,)).fetchone()[0] >= action.limit:
        raise too_many_triggers(new.kind, action.limit)
    mandate = orjson.dumps(new.mandate.fields()).decode()
    values = (new.kind, new.name, new.revision, sortable(new.saved_at), action.text, mandate)
    connection.execute(_KEEP, values)
    return TriggerSaved(outcome=outcome, current=saved_of(values))


def _delete(connection: sqlite3.Connection, action: DeleteTrigger) -> bool:
    row = connection.execute(_FIND, (action.kind, action.name)).fetchone()
    if row is None:
        return False
    check_expected(action.name, action.expected, saved_of(row).revision)
    connection.execute(_DROP, (action.kind, action.name))
    if action.kind is TriggerKind.SCHEDULE:
        connection.execute(_FORGET, (action.name,))
    return True


def _observe(connection: sqlite3.Connection, action: ObserveSchedule) -> ScheduleState:
    state = observed(_state(connection, action.name), action.timing, as_stored(action.now))
    return _remember(connection, action.name, state)


def _pause(connection: sqlite3.Connection, action: PauseSchedule) -> ScheduleState:
    state = paused_or_resumed(_state(connection, action.name), as_stored(action.now), paused=action.paused)
    return _remember(connection, action.name, state)


def _state(connection: sqlite3.Connection, name: str) -> ScheduleState | None:
    row = connection.execute(_STATE, (name,)).fetchone()
    return None if row is None else state_of(row)


def _remember(connection: sqlite3.Connection, name: str, state: ScheduleState) -> ScheduleState:
    connection.execute(_REMEMBER, (name, state.timing, sortable(state.since), state.paused))
    return state


def _claim(connection: sqlite3.Connection, action: ClaimSlot) -> bool:
    slot = action.slot
    values = (slot.schedule, sortable(slot.at), slot.decision, slot.run_id, sortable(slot.decided_at), slot.reason)
    return connection.execute(_CLAIM, values).rowcount == 1


def _settle(connection: sqlite3.Connection, action: SettleSlot) -> bool:
    values = (action.decision, action.reason, action.schedule, sortable(action.at), action.expected)
    return connection.execute(_SETTLE, values).rowcount == 1
