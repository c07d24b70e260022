"""The store of triggers in the database that the processes of a fleet share."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar

import psycopg

from callsheet.journal.postgres import triggers
from callsheet.journal.postgres.address import Address
from callsheet.journal.postgres.connections import AsyncConnection, Connection, Patience, Row, connect
from callsheet.journal.postgres.faults import unavailable
from callsheet.journal.postgres.readers import Readers
from callsheet.journal.postgres.trigger_rows import SLOT_COLUMNS, TRIGGER_COLUMNS, saved_of, slot_of, state_of
from callsheet.journal.projection import storable
from callsheet.runs.events import TriggerKind
from callsheet.runs.revisions import Expected
from callsheet.runs.triggers.slots import Decision, ScheduleState, Slot
from callsheet.runs.triggers.store import MAX_TRIGGERS, SavedTrigger, TriggerSaved

T = TypeVar("T")

# Constants of these modules only; what callers send is bound.
_SAVED: Final = f"SELECT {TRIGGER_COLUMNS} FROM callsheet.triggers WHERE kind = %s ORDER BY name"  # noqa: S608
_FIND: Final = f"SELECT {TRIGGER_COLUMNS} FROM callsheet.triggers WHERE kind = %s AND name = %s"  # noqa: S608
_STATES: Final = "SELECT name, timing, since, paused FROM callsheet.schedules"
_OPEN: Final = (
    f"SELECT {SLOT_COLUMNS} FROM callsheet.slots WHERE decision IN ('starting', 'queued') ORDER BY slot_at, schedule"  # noqa: S608
)
_CLAIMED: Final = "SELECT slot_at FROM callsheet.slots WHERE schedule = %s AND slot_at > %s"
_SLOTS: Final = (
    f"SELECT {SLOT_COLUMNS} FROM callsheet.slots WHERE schedule = %s AND slot_at < %s ORDER BY slot_at DESC LIMIT %s"  # noqa: S608
)
_LAST_RUN: Final = (
    f"SELECT {SLOT_COLUMNS} FROM callsheet.slots WHERE schedule = %s AND decision IN ('starting', 'started')"  # noqa: S608
    " ORDER BY slot_at DESC LIMIT 1"
)
_NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)


@asynccontextmanager
async def open_triggers(address: Address) -> AsyncGenerator["PostgresTriggers"]:
    """The store at `address`, with connections of its own while it is open."""
    patience = Patience()
    readers = Readers(address, patience, connections=2)
    store = PostgresTriggers(address, readers, patience=patience)
    try:
        yield store
    finally:
        await store.close()
        await readers.close()


class PostgresTriggers:
    """The `TriggerStore` port on a database. One change at a time for each process, on a connection of its own.

    Args:
        address: of the database.
        readers: for everything that only looks; closed by their owner.
        patience: how long anything may take.
        max_triggers: how many documents of each kind there may be.
    """

    def __init__(
        self,
        address: Address,
        readers: Readers,
        *,
        patience: Patience | None = None,
        max_triggers: int = MAX_TRIGGERS,
    ) -> None:
        self._address = address
        self._readers = readers
        self._patience = patience or Patience()
        self._max_triggers = max_triggers
        self._turn = asyncio.Lock()
        self._connection: Connection | None = None

    async def close(self) -> None:
        """Let go of the connection, after the change at work."""
        async with self._turn:
            if self._connection is not None:
                await asyncio.to_thread(self._connection.close)
                self._connection = None

    async def save(self, new: SavedTrigger, expected: Expected) -> TriggerSaved:
        """See `TriggerStore.save`."""
        return await self._change(partial(triggers.save, new=new, expected=expected, limit=self._max_triggers))

    async def delete(self, kind: TriggerKind, name: str, expected: Expected) -> bool:
        """See `TriggerStore.delete`."""
        return await self._change(partial(triggers.delete, kind=kind, name=name, expected=expected))

    async def observe(self, name: str, timing: str, now: datetime) -> ScheduleState:
        """See `TriggerStore.observe`."""
        return await self._change(partial(triggers.observe, name=name, timing=timing, now=now))

    async def pause(self, name: str, now: datetime, *, paused: bool) -> ScheduleState:
        """See `TriggerStore.pause`."""
        return await self._change(partial(triggers.pause, name=name, now=now, paused=paused))

    async def claim(self, slot: Slot) -> bool:
        """See `TriggerStore.claim`."""
        return await self._change(partial(triggers.claim, slot=replace(slot, reason=storable(slot.reason))))

    async def settle(
        self, schedule: str, at: datetime, expected: Decision, decision: Decision, reason: str = ""
    ) -> bool:
        """See `TriggerStore.settle`."""
        said = storable(reason)
        change = partial(triggers.settle, schedule=schedule, at=at, expected=expected, decision=decision, reason=said)
        return await self._change(change)

    async def prune(self, before: datetime) -> None:
        """See `TriggerStore.prune`."""
        await self._change(partial(triggers.prune, before=before))

    async def saved(self, kind: TriggerKind) -> Mapping[str, SavedTrigger]:
        """See `TriggerStore.saved`."""
        found = [saved_of(row) for row in await self._ask(_SAVED, kind.value)]
        return {saved.name: saved for saved in found}

    async def find(self, kind: TriggerKind, name: str) -> SavedTrigger | None:
        """See `TriggerStore.find`."""
        rows = await self._ask(_FIND, kind.value, name)
        return saved_of(rows[0]) if rows else None

    async def states(self) -> Mapping[str, ScheduleState]:
        """See `TriggerStore.states`."""
        return {str(row[0]): state_of(row) for row in await self._ask(_STATES)}

    async def open_slots(self) -> Sequence[Slot]:
        """See `TriggerStore.open_slots`."""
        return [slot_of(row) for row in await self._ask(_OPEN)]

    async def claimed(self, schedule: str, after: datetime) -> AbstractSet[datetime]:
        """See `TriggerStore.claimed`."""
        return {at.astimezone(UTC) for (at,) in await self._ask(_CLAIMED, schedule, after)}

    async def slots(self, schedule: str, limit: int, before: datetime | None = None) -> Sequence[Slot]:
        """See `TriggerStore.slots`."""
        return [slot_of(row) for row in await self._ask(_SLOTS, schedule, before or _NEVER, limit)]

    async def last_run(self, schedule: str) -> Slot | None:
        """See `TriggerStore.last_run`."""
        rows = await self._ask(_LAST_RUN, schedule)
        return slot_of(rows[0]) if rows else None

    async def _ask(self, statement: Any, *values: object) -> Sequence[Row]:
        async def ask(connection: AsyncConnection) -> Sequence[Row]:
            return await (await connection.cursor(binary=True).execute(statement, values)).fetchall()

        return await self._readers.query(ask)

    async def _change(self, change: Callable[[Connection], T]) -> T:
        # To its end, whoever is cancelled meanwhile: a thread cannot be called back, nor may two use one connection.
        return await asyncio.shield(self._in_turn(change))

    async def _in_turn(self, change: Callable[[Connection], T]) -> T:
        async with self._turn:
            return await asyncio.to_thread(self._made, change)

    def _made(self, change: Callable[[Connection], T]) -> T:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._address, self._patience)
        try:
            return change(self._connection)
        except psycopg.Error as exc:
            # A connection that failed once is not trusted again. A claim that was made all the same is found open.
            self._connection.close()
            raise unavailable(exc, self._address) from exc
