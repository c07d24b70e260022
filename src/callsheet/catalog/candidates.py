"""From texts to entries: what each document is, and which one keeps an id that several claim."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import islice
from pathlib import PurePath
from typing import Final

from callsheet.catalog.folder import text
from callsheet.errors.scenarios import ScenarioNotFound
from callsheet.lint.document import read_scenario
from callsheet.runs.events import Revision, TriggerKind
from callsheet.runs.ports import CatalogEntry
from callsheet.scenario.codec import digest
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.json import JsonObject
from callsheet.scenario.model import MAX_DOCUMENT_BYTES
from callsheet.scenario.positions import Positions
from callsheet.scenario.source import Syntax
from callsheet.scenario.steps.scenario import SCENARIO_ID_PATTERN

SUFFIXES: Final[Mapping[str, Syntax]] = {".json": Syntax.JSON, ".yaml": Syntax.YAML, ".yml": Syntax.YAML}
"""Which files are documents, and how they are written."""

TRIGGERS: Final[Mapping[str, TriggerKind]] = {".schedule": TriggerKind.SCHEDULE, ".hook": TriggerKind.HOOK}
"""What stands before the suffix of documents that are no scenarios: `nightly.schedule.yaml`."""

_SCENARIO_ID: Final = re.compile(SCENARIO_ID_PATTERN.removeprefix("^").removesuffix("$"))
_LONGEST: Final = 128
_MOST: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One document, before it is known whether it keeps its id.

    Attributes:
        name: the file's name, as the operating system gives it.
        entry: as it is in the catalog when nobody else claims its id.
        claims: whether the id is the document's own; otherwise it is the file's stem.
        positions: where things stand in the text; wanted only of a document whose id another one has.
    """

    name: str
    entry: CatalogEntry
    claims: bool
    positions: Positions


def is_document(name: str) -> bool:
    """Whether a file of this name is a scenario, a schedule or a hook."""
    return PurePath(name).suffix.lower() in SUFFIXES


def trigger_kind(name: str) -> TriggerKind | None:
    """What a file of this name is, which is a document; None for a scenario."""
    return TRIGGERS.get(PurePath(PurePath(name).stem).suffix.lower())


def is_scenario_file(name: str) -> bool:
    """Whether a file of this name is a scenario."""
    return is_document(name) and trigger_kind(name) is None


def read_candidate(name: str, folder: str, data: bytes) -> Candidate:
    """Decode, parse and check one document. Never raises; what is wrong is in the entry's problems."""
    syntax = SUFFIXES[PurePath(name).suffix.lower()]
    reading = read_scenario(data, syntax)
    own = _own_id(reading.document)
    entry = CatalogEntry(
        scenario_id=own or _stem(name),
        source=f"{folder}/{text(name)}",
        document=reading.document,
        scenario=reading.scenario,
        revision=Revision("" if reading.document is None else digest(reading.document)),
        problems=reading.diagnostics,
        text=_shown_text(data),
        syntax=syntax,
    )
    return Candidate(name=name, entry=entry, claims=own is not None, positions=reading.positions)


def unreadable(name: str, folder: str, reason: str) -> Candidate:
    """A document whose text could not be read, or the folder itself where `name` is empty."""
    return Candidate(
        name=name,
        claims=False,
        positions=Positions(),
        entry=CatalogEntry(
            scenario_id=_stem(name) or folder,
            source=f"{folder}/{text(name)}" if name else folder,
            document=None,
            scenario=None,
            revision=Revision(""),
            problems=(Diagnostic(code="E100", pointer="", message=reason, line=1, column=1),),
        ),
    )


def index(candidates: Sequence[Candidate]) -> dict[str, Candidate]:
    """Every candidate under an id of its own.

    An id belongs to the first document by file name that calls itself so; the others are listed under their file's
    stem, with an error that names both. A document that has no id which can be read takes nobody's.
    """
    ordered = sorted(candidates, key=lambda candidate: candidate.name)
    owners: dict[str, Candidate] = {}
    left: list[Candidate] = []
    for candidate in ordered:
        if candidate.claims and candidate.entry.scenario_id not in owners:
            owners[candidate.entry.scenario_id] = candidate
        else:
            left.append(candidate)
    for candidate in left:
        fallback = _displaced(candidate, owners) if candidate.claims else candidate
        named = _renamed(fallback, owners)
        owners[named.entry.scenario_id] = named
    return owners


def not_found(scenario_id: str, known: Iterable[str], where: str) -> ScenarioNotFound:
    """The error for an id that nothing in the catalog has."""
    shown = scenario_id if len(scenario_id) <= _LONGEST else f"{scenario_id[:_LONGEST]}…"
    if len(scenario_id) <= _LONGEST:
        near = (name for name in known if abs(len(name) - len(scenario_id)) <= 4)
        if close := get_close_matches(scenario_id, islice(near, _MOST), n=1):
            return ScenarioNotFound(f"Unknown scenario_id: {shown}. Did you mean '{close[0]}'?")
    return ScenarioNotFound(f"Unknown scenario_id: {shown}. There is no such scenario in {where}.")


def _shown_text(data: bytes) -> str | None:
    """What an editor shows of a file, also of one that cannot be decoded; None of one that is too large."""
    return data.decode("utf-8-sig", "replace") if len(data) <= MAX_DOCUMENT_BYTES else None


def _stem(name: str) -> str:
    return PurePath(text(name)).stem


def _own_id(document: JsonObject | None) -> str | None:
    own = None if document is None else document.get("scenario_id")
    return own if isinstance(own, str) and _SCENARIO_ID.fullmatch(own) else None


def _displaced(candidate: Candidate, owners: dict[str, Candidate]) -> Candidate:
    entry = candidate.entry
    message = (
        f"The scenario_id '{entry.scenario_id}' of {text(candidate.name)} is already taken by "
        f"{text(owners[entry.scenario_id].name)}."
    )
    place = candidate.positions.locate("/scenario_id")
    problem = Diagnostic(
        code="E101",
        pointer="/scenario_id",
        message=message,
        hint="Give one of the two another scenario_id.",
        line=place.line,
        column=place.column,
    )
    entry = replace(entry, scenario_id=_stem(candidate.name), scenario=None, problems=(problem, *entry.problems))
    return replace(candidate, entry=entry)


def _renamed(candidate: Candidate, taken: dict[str, Candidate]) -> Candidate:
    scenario_id = candidate.entry.scenario_id
    if scenario_id not in taken:
        return candidate
    while scenario_id in taken:
        scenario_id = f"{scenario_id} ({text(candidate.name)})"
    return replace(candidate, entry=replace(candidate.entry, scenario_id=scenario_id))
