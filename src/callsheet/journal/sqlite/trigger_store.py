"""The store of triggers in the journal's SQLite file."""

import sqlite3
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final

from callsheet.journal.group_commit import GroupCommit
from callsheet.journal.projection import sortable
from callsheet.journal.sqlite.readers import Readers
from callsheet.journal.sqlite.trigger_rows import SLOT_COLUMNS, TRIGGER_COLUMNS, saved_of, slot_of, state_of
from callsheet.journal.trigger_store import TriggerWriting
from callsheet.runs.events import TriggerKind
from callsheet.runs.triggers.slots import ScheduleState, Slot
from callsheet.runs.triggers.store import MAX_TRIGGERS, SavedTrigger

# Constants of these modules only; what callers send is bound.
_SAVED: Final = f"SELECT {TRIGGER_COLUMNS} FROM triggers WHERE kind = ? ORDER BY name"  # noqa: S608
_FIND: Final = f"SELECT {TRIGGER_COLUMNS} FROM triggers WHERE kind = ? AND name = ?"  # noqa: S608
_STATES: Final = "SELECT name, timing, since, paused FROM schedules"
_OPEN: Final = f"SELECT {SLOT_COLUMNS} FROM slots WHERE decision IN ('starting', 'queued') ORDER BY slot_at, schedule"  # noqa: S608
_CLAIMED: Final = "SELECT slot_at FROM slots WHERE schedule = ? AND slot_at > ?"
_SLOTS: Final = f"SELECT {SLOT_COLUMNS} FROM slots WHERE schedule = ? AND slot_at < ? ORDER BY slot_at DESC LIMIT ?"  # noqa: S608
_LAST_RUN: Final = (
    f"SELECT {SLOT_COLUMNS} FROM slots WHERE schedule = ? AND decision IN ('starting', 'started')"  # noqa: S608
    " ORDER BY slot_at DESC LIMIT 1"
)
_NEVER: Final = "9999"


class SqliteTriggers(TriggerWriting):
    """The `TriggerStore` port on the file of a `SqliteJournal`, which makes and closes it.

    Args:
        commits: the queue of the journal's writer.
        readers: the journal's.
        max_triggers: how many documents of each kind there may be.
    """

    def __init__(self, commits: GroupCommit, readers: Readers, *, max_triggers: int = MAX_TRIGGERS) -> None:
        super().__init__(commits, max_triggers=max_triggers)
        self._readers = readers

    async def saved(self, kind: TriggerKind) -> Mapping[str, SavedTrigger]:
        """See `TriggerStore.saved`."""
        found = await self._readers.query(lambda db: [saved_of(row) for row in db.execute(_SAVED, (kind,))])
        return {saved.name: saved for saved in found}

    async def find(self, kind: TriggerKind, name: str) -> SavedTrigger | None:
        """See `TriggerStore.find`."""
        row = await self._readers.query(lambda db: db.execute(_FIND, (kind, name)).fetchone())
        return None if row is None else saved_of(row)

    async def states(self) -> Mapping[str, ScheduleState]:
        """See `TriggerStore.states`."""
        return await self._readers.query(lambda db: {str(row[0]): state_of(row) for row in db.execute(_STATES)})

    async def open_slots(self) -> Sequence[Slot]:
        """See `TriggerStore.open_slots`."""
        return await self._readers.query(lambda db: _slots(db, _OPEN))

    async def claimed(self, schedule: str, after: datetime) -> AbstractSet[datetime]:
        """See `TriggerStore.claimed`."""
        values = (schedule, sortable(after))
        return await self._readers.query(
            lambda db: {datetime.fromisoformat(at) for (at,) in db.execute(_CLAIMED, values)}
        )

    async def slots(self, schedule: str, limit: int, before: datetime | None = None) -> Sequence[Slot]:
        """See `TriggerStore.slots`."""
        end = _NEVER if before is None else sortable(before)
        return await self._readers.query(lambda db: _slots(db, _SLOTS, schedule, end, limit))

    async def last_run(self, schedule: str) -> Slot | None:
        """See `TriggerStore.last_run`."""
        return next(iter(await self._readers.query(lambda db: _slots(db, _LAST_RUN, schedule))), None)


def _slots(db: sqlite3.Connection, statement: str, *values: str | int) -> list[Slot]:
    return [slot_of(row) for row in db.execute(statement, values)]
