"""Schedules and hooks from the files and the journal, without a server."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from callsheet.access.acts import Acts
from callsheet.api.schemas.triggers import HookDetail, HookRow, ScheduleDetail, ScheduleRow, SlotRow
from callsheet.catalog.trigger_files import FolderTriggers
from callsheet.cli.recorded import local_acts, recorded
from callsheet.errors.journal import JournalUnavailable
from callsheet.runs.codec import timestamp
from callsheet.runs.events import TriggerKind
from callsheet.runs.ports import Environment
from callsheet.runs.triggers.entries import TriggerEntry, Triggers
from callsheet.runs.triggers.hooks import missing_secret
from callsheet.runs.triggers.store import TriggerStore
from callsheet.settings import Settings, environment
from callsheet.storage import open_storage, open_trigger_store, operator_environment

_NEXT: Final = 5
_LAST: Final = 50


class LocalTriggers:
    """The `TriggersAccess` port over files and a store.

    Args:
        triggers: those that there are.
        store: where they are saved.
        given: has the secrets of hooks.
        acts: writes the audit log; None where the store is read only.
    """

    def __init__(self, triggers: Triggers, store: TriggerStore, given: Environment, acts: Acts | None = None) -> None:
        self.triggers = triggers
        self._store = store
        self._given = given
        self._acts = acts

    async def schedules(self) -> Sequence[ScheduleRow]:
        """See `TriggersAccess`."""
        states, now = await self._store.states(), datetime.now(UTC)
        return [
            ScheduleRow.of(entry, paused=entry.name in states and states[entry.name].paused, slots=_next(entry, now, 1))
            for entry in await self.triggers.list(TriggerKind.SCHEDULE)
        ]

    async def schedule(self, name: str) -> ScheduleDetail:
        """See `TriggersAccess`."""
        entry = await self.triggers.get(TriggerKind.SCHEDULE, name)
        state, coming = (await self._store.states()).get(entry.name), _next(entry, datetime.now(UTC), _NEXT)
        return ScheduleDetail.of(
            entry,
            paused=state is not None and state.paused,
            slots=coming,
            document=entry.document,
            next_slots=[timestamp(slot) for slot in coming],
            last_slots=[SlotRow.of(slot) for slot in await self._store.slots(entry.name, _LAST)],
        )

    async def hooks(self) -> Sequence[HookRow]:
        """See `TriggersAccess`."""
        entries = await self.triggers.list(TriggerKind.HOOK)
        return [HookRow.of(entry, has_secret=self._ready(entry)) for entry in entries]

    async def hook(self, name: str) -> HookDetail:
        """See `TriggersAccess`."""
        entry = await self.triggers.get(TriggerKind.HOOK, name)
        return HookDetail.of(entry, has_secret=self._ready(entry), document=entry.document)

    async def pause(self, name: str, *, paused: bool) -> None:
        """See `TriggersAccess`."""
        if self._acts is None:
            raise JournalUnavailable("The journal is open for reading alone.")
        async with recorded(self._acts, "schedule.pause" if paused else "schedule.resume", name):
            await self.triggers.get(TriggerKind.SCHEDULE, name)
            await self._store.pause(name, datetime.now(UTC), paused=paused)

    def _ready(self, entry: TriggerEntry) -> bool:
        return entry.hook is not None and missing_secret(entry.hook, self._given) is None


@asynccontextmanager
async def open_local_triggers(settings: Settings, *, write: bool = False) -> AsyncGenerator[LocalTriggers]:
    """The schedules and hooks that are files, or saved in the journal; without `write` it is opened for reading.

    Raises:
        ConfigurationInvalid: as `open_storage`.
        JournalUnavailable: the journal cannot be read; or written, where `write` is asked for.
    """
    files, given = FolderTriggers(settings.scenarios), operator_environment(settings, environment())
    if write:
        async with open_storage(settings) as storage, local_acts(storage.access.audit) as acts:
            store = storage.triggers
            yield LocalTriggers(Triggers(files=files, store=store), store, given, acts)
        return
    async with open_trigger_store(settings) as store:
        yield LocalTriggers(Triggers(files=files, store=store), store, given)


def _next(entry: TriggerEntry, now: datetime, count: int) -> Sequence[datetime]:
    return list(islice(entry.schedule.times.after(now), count)) if entry.schedule else ()
