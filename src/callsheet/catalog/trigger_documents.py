"""From texts to schedules and hooks: what each document is, and which one keeps a name that several claim."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Final

from callsheet.catalog.candidates import SUFFIXES, is_document, trigger_kind
from callsheet.catalog.folder import Reader, text
from callsheet.runs.events import Revision, TriggerKind
from callsheet.runs.triggers.entries import TriggerEntry
from callsheet.runs.triggers.reading import read_trigger
from callsheet.scenario.codec import digest
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.json import JsonObject
from callsheet.scenario.steps.scenario import SCENARIO_ID_PATTERN

_NAME: Final = re.compile(SCENARIO_ID_PATTERN.removeprefix("^").removesuffix("$"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerCandidate:
    """One document, before it is known whether it keeps its name.

    Attributes:
        file: its name; empty for the folder itself.
        entry: as it is when nobody else claims its name.
        claims: whether the name is the document's own; otherwise it is the file's stem.
    """

    file: str
    entry: TriggerEntry
    claims: bool


def reader_of(kind: TriggerKind) -> Reader[TriggerCandidate]:
    """Reads the documents of one kind."""
    return Reader(
        wants=lambda name: is_document(name) and trigger_kind(name) is kind,
        read=lambda name, folder, data: read_file(kind, name, folder, data),
        unreadable=lambda name, folder, reason: _unreadable(kind, name, folder, reason),
    )


def read_file(kind: TriggerKind, name: str, folder: str, data: bytes) -> TriggerCandidate:
    """Decode, parse and check one document. Never raises; what is wrong is in the entry's problems."""
    reading = read_trigger(kind, data, SUFFIXES[PurePath(name).suffix.lower()])
    own = _own_name(reading.document)
    entry = TriggerEntry(
        kind=kind,
        name=own or _stem(name),
        source=f"{folder}/{text(name)}",
        document=reading.document,
        trigger=reading.trigger,
        revision=Revision("" if reading.document is None else digest(reading.document)),
        problems=reading.diagnostics,
    )
    return TriggerCandidate(file=name, entry=entry, claims=own is not None)


def index(candidates: Iterable[TriggerCandidate]) -> Sequence[TriggerEntry]:
    """Every document under a name of its own, ordered by it.

    A name belongs to the first file that calls itself so; the others are listed under their file's name, with an error.
    """
    entries: dict[str, TriggerEntry] = {}
    for candidate in sorted(candidates, key=lambda each: (not each.claims, each.file)):
        entry = candidate.entry
        first = entries.get(entry.name)
        if first is not None:
            entry = _renamed(_displaced(entry, first) if candidate.claims else entry, candidate.file, entries)
        entries[entry.name] = entry
    return [entries[name] for name in sorted(entries)]


def _unreadable(kind: TriggerKind, name: str, folder: str, reason: str) -> TriggerCandidate:
    entry = TriggerEntry(
        kind=kind,
        name=_stem(name) or folder,
        source=f"{folder}/{text(name)}" if name else folder,
        document=None,
        trigger=None,
        revision=Revision(""),
        problems=(Diagnostic(code="E100", pointer="", message=reason, line=1, column=1),),
    )
    return TriggerCandidate(file=name, entry=entry, claims=False)


def _own_name(document: JsonObject | None) -> str | None:
    own = None if document is None else document.get("name")
    return own if isinstance(own, str) and _NAME.fullmatch(own) else None


def _stem(name: str) -> str:
    return PurePath(PurePath(text(name)).stem).stem


def _displaced(entry: TriggerEntry, first: TriggerEntry) -> TriggerEntry:
    problem = Diagnostic(
        code="E101",
        pointer="/name",
        message=f"The name '{entry.name}' is already taken by {first.source}.",
        hint="Give one of the two another name.",
        line=1,
        column=1,
    )
    return replace(entry, trigger=None, problems=(problem, *entry.problems))


def _renamed(entry: TriggerEntry, file: str, taken: dict[str, TriggerEntry]) -> TriggerEntry:
    name = f"{entry.name} ({text(file)})"
    while name in taken:
        name = f"{name}'"
    return replace(entry, name=name)
