"""Triggers, schedules and slots: what changes them, each in one transaction on a connection that is in none."""

from datetime import datetime
from typing import Final

import orjson

from callsheet.journal.postgres.connections import Connection
from callsheet.journal.postgres.trigger_rows import TRIGGER_COLUMNS, saved_of, state_of
from callsheet.journal.projection import as_stored
from callsheet.runs.events import TriggerKind
from callsheet.runs.revisions import Expected, Outcome
from callsheet.runs.triggers.slots import Decision, ScheduleState, Slot, observed, paused_or_resumed
from callsheet.runs.triggers.store import (
    SavedTrigger,
    TriggerSaved,
    check_expected,
    decide_save,
    text_of,
    too_many_triggers,
)

_ALONE: Final = "SELECT pg_advisory_xact_lock(%s)"
_LOCK: Final = 0x63616C6C74726967
"""Whoever reads first and writes then does so alone, among all processes; nobody else waits for them."""

_FIND: Final = f"SELECT {TRIGGER_COLUMNS} FROM callsheet.triggers WHERE kind = %s AND name = %s"  # noqa: S608 (constant)
_COUNT: Final = "SELECT count(*) FROM callsheet.triggers WHERE kind = %s"
_KEEP: Final = (
    f"INSERT INTO callsheet.triggers ({TRIGGER_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s)"  # noqa: S608 (constant)
    " ON CONFLICT (kind, name) DO UPDATE SET revision = excluded.revision, saved_at = excluded.saved_at,"
    " document = excluded.document, mandate = excluded.mandate"
)
_DROP: Final = "DELETE FROM callsheet.triggers WHERE kind = %s AND name = %s"
_STATE: Final = "SELECT name, timing, since, paused FROM callsheet.schedules WHERE name = %s"
_REMEMBER: Final = (
    "INSERT INTO callsheet.schedules (name, timing, since, paused) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (name) DO UPDATE SET timing = excluded.timing, since = excluded.since, paused = excluded.paused"
)
_FORGET: Final = "DELETE FROM callsheet.schedules WHERE name = %s"
_CLAIM: Final = (
    "INSERT INTO callsheet.slots (schedule, slot_at, decision, run_id, decided_at, reason)"
    " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)
_SETTLE: Final = (
    "UPDATE callsheet.slots SET decision = %s, reason = %s WHERE schedule = %s AND slot_at = %s AND decision = %s"
)
_PRUNE: Final = "DELETE FROM callsheet.slots WHERE slot_at < %s AND decision NOT IN ('starting', 'queued')"


def save(connection: Connection, new: SavedTrigger, expected: Expected, limit: int) -> TriggerSaved:
    """See `TriggerStore.save`; `limit` is how many of its kind there may be."""
    text = text_of(new.document)
    with connection.transaction():
        current = _find(connection, new.kind, new.name)
        outcome = decide_save(new.name, new.revision, expected, current and current.revision)
        if outcome is Outcome.UNCHANGED and current is not None:
            return TriggerSaved(outcome=outcome, current=current)
        if current is None and _count(connection, new.kind) >= limit:
            raise too_many_triggers(new.kind, limit)
        mandate = orjson.dumps(new.mandate.fields()).decode()
        values = (new.kind.value, new.name, new.revision, as_stored(new.saved_at), text, mandate)
        connection.execute(_KEEP, values)
        return TriggerSaved(outcome=outcome, current=saved_of(values))


def delete(connection: Connection, kind: TriggerKind, name: str, expected: Expected) -> bool:
    """See `TriggerStore.delete`."""
    with connection.transaction():
        current = _find(connection, kind, name)
        if current is None:
            return False
        check_expected(name, expected, current.revision)
        connection.execute(_DROP, (kind.value, name))
        if kind is TriggerKind.SCHEDULE:
            connection.execute(_FORGET, (name,))
        return True


def observe(connection: Connection, name: str, timing: str, now: datetime) -> ScheduleState:
    """See `TriggerStore.observe`."""
    with connection.transaction():
        return _remember(connection, name, observed(_state(connection, name), timing, as_stored(now)))


def pause(connection: Connection, name: str, now: datetime, *, paused: bool) -> ScheduleState:
    """See `TriggerStore.pause`."""
    with connection.transaction():
        state = paused_or_resumed(_state(connection, name), as_stored(now), paused=paused)
        return _remember(connection, name, state)


def claim(connection: Connection, slot: Slot) -> bool:
    """See `TriggerStore.claim`."""
    values = (slot.schedule, slot.at, slot.decision.value, slot.run_id, as_stored(slot.decided_at), slot.reason)
    return connection.execute(_CLAIM, values).rowcount == 1


def settle(
    connection: Connection, schedule: str, at: datetime, expected: Decision, decision: Decision, reason: str
) -> bool:
    """See `TriggerStore.settle`."""
    return connection.execute(_SETTLE, (decision.value, reason, schedule, at, expected.value)).rowcount == 1


def prune(connection: Connection, before: datetime) -> None:
    """See `TriggerStore.prune`."""
    connection.execute(_PRUNE, (before,))


def _find(connection: Connection, kind: TriggerKind, name: str) -> SavedTrigger | None:
    connection.execute(_ALONE, (_LOCK,))
    row = connection.execute(_FIND, (kind.value, name)).fetchone()
    return None if row is None else saved_of(row)


def _count(connection: Connection, kind: TriggerKind) -> int:
    row = connection.execute(_COUNT, (kind.value,)).fetchone()
    return 0 if row is None else int(row[0])


def _state(connection: Connection, name: str) -> ScheduleState | None:
    connection.execute(_ALONE, (_LOCK,))
    row = connection.execute(_STATE, (name,)).fetchone()
    return None if row is None else state_of(row)


def _remember(connection: Connection, name: str, state: ScheduleState) -> ScheduleState:
    connection.execute(_REMEMBER, (name, state.timing, state.since, state.paused))
    return state
