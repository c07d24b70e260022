"""The schedules and hooks that there are: files of the operator's and what was saved, as one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Final, Protocol

from callsheet.access.mandate import NOBODY, Mandate
from callsheet.errors.triggers import HookNotFound, ScheduleNotFound, TriggerNotFound
from callsheet.runs.events import Revision, TriggerKind
from callsheet.runs.triggers.documents import Hook, Schedule, Trigger
from callsheet.runs.triggers.reading import check_trigger
from callsheet.runs.triggers.store import SavedTrigger, TriggerStore
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.json import JsonObject

_SHOWN: Final = 128
_NOT_FOUND: Final[dict[TriggerKind, type[TriggerNotFound]]] = {
    TriggerKind.SCHEDULE: ScheduleNotFound,
    TriggerKind.HOOK: HookNotFound,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerEntry:
    """One document.

    Attributes:
        name: the document's own, or the file's stem where it has none that can be read.
        source: where it came from, such as `scenarios/nightly.schedule.yaml`, or `saved`.
        document: as written; None when it could not be decoded to an object.
        trigger: the parsed document; None when `problems` has an error.
        revision: names the content; empty when there is no document.
        problems: everything that is to be said about it.
        saved_at: None for a file.
        bounds: what its runs may do, beside whose they are; a file's may do everything.
    """

    kind: TriggerKind
    name: str
    source: str
    document: JsonObject | None
    trigger: Trigger | None
    revision: Revision
    problems: tuple[Diagnostic, ...] = ()
    saved_at: datetime | None = None
    bounds: Mandate = NOBODY

    @property
    def mandate(self) -> Mandate:
        """That of the runs which it starts by itself."""
        return replace(self.bounds, owner=f"{self.kind}:{self.name}")

    @property
    def scenario_id(self) -> str | None:
        """What it starts, as far as that can be read."""
        if self.trigger is not None:
            return self.trigger.scenario_id
        named = None if self.document is None else self.document.get("scenario_id")
        return named if isinstance(named, str) else None

    @property
    def schedule(self) -> Schedule | None:
        """The schedule; None for a hook, and where there is an error."""
        return self.trigger if isinstance(self.trigger, Schedule) else None

    @property
    def hook(self) -> Hook | None:
        """The hook; None for a schedule, and where there is an error."""
        return self.trigger if isinstance(self.trigger, Hook) else None


class TriggerFiles(Protocol):
    """The schedules and hooks that are files."""

    async def list(self, kind: TriggerKind) -> Sequence[TriggerEntry]:
        """Every document of a kind as it is now, broken ones included, each under another name, ordered by name."""
        ...


class Triggers:
    """Every schedule and hook. What is a file is not saved over.

    Args:
        files: have the first claim to a name.
        store: what was saved.
    """

    def __init__(self, *, files: TriggerFiles, store: TriggerStore) -> None:
        self._files = files
        self._store = store
        self._read: dict[tuple[TriggerKind, str], TriggerEntry] = {}

    async def list(self, kind: TriggerKind) -> Sequence[TriggerEntry]:
        """Every document of a kind, broken ones included, ordered by name.

        Raises:
            JournalUnavailable: what was saved cannot be read.
        """
        entries = {entry.name: entry for entry in await self._files.list(kind)}
        for saved in (await self._store.saved(kind)).values():
            file, entry = entries.get(saved.name), self._entry(saved)
            if file is not None:
                entry = _displaced(entry, file, entries)
            entries[entry.name] = entry
        self._read = {key: entry for key, entry in self._read.items() if key[0] is not kind or key[1] in entries}
        return [entries[name] for name in sorted(entries)]

    async def files(self, kind: TriggerKind) -> Sequence[TriggerEntry]:
        """Those that are files, as they are now; equal to what it was while no file changes."""
        return await self._files.list(kind)

    async def get(self, kind: TriggerKind, name: str) -> TriggerEntry:
        """One document.

        Raises:
            ScheduleNotFound, HookNotFound: there is none of this name.
            JournalUnavailable: what was saved cannot be read.
        """
        files = {entry.name: entry for entry in await self._files.list(kind)}
        if name in files:
            return files[name]
        saved = await self._store.find(kind, name)
        if saved is not None:
            return self._entry(saved)
        every = {entry.name: entry for entry in await self.list(kind)}
        if name in every:  # a name that only the list gives
            return every[name]
        raise _not_found(kind, name, list(every))

    def _entry(self, saved: SavedTrigger) -> TriggerEntry:
        known = self._read.get((saved.kind, saved.name))
        same = (saved.revision, saved.saved_at, saved.mandate)  # the last, as its author may be another one
        if known is None or (known.revision, known.saved_at, known.bounds) != same:
            known = self._read[saved.kind, saved.name] = _parsed(saved)
        return known


def _parsed(saved: SavedTrigger) -> TriggerEntry:
    reading = check_trigger(saved.kind, saved.document)
    return TriggerEntry(
        kind=saved.kind,
        name=saved.name,
        source="saved",
        document=saved.document,
        trigger=reading.trigger,
        revision=saved.revision,
        problems=reading.diagnostics,
        saved_at=saved.saved_at,
        bounds=saved.mandate,
    )


def _displaced(saved: TriggerEntry, file: TriggerEntry, taken: dict[str, TriggerEntry]) -> TriggerEntry:
    problem = Diagnostic(
        code="E101",
        pointer="/name",
        message=f"The name '{saved.name}' of the saved {saved.kind} is taken by {file.source}.",
        hint="Remove the file, or give it another name; what was saved is kept.",
        line=1,
        column=1,
    )
    name = f"{saved.name} (saved)"
    while name in taken:
        name = f"{name}'"
    return replace(saved, name=name, trigger=None, problems=(problem, *saved.problems))


def _not_found(kind: TriggerKind, name: str, known: Sequence[str]) -> TriggerNotFound:
    shown = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"
    close = get_close_matches(name, known[:1_000], n=1) if len(name) <= _SHOWN else []
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return _NOT_FOUND[kind](f"There is no {kind} '{shown}'.{hint}")
