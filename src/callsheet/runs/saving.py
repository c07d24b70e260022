"""Saving scenarios: a document is checked first, and one with an error is never saved."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from callsheet.access.principal import LOCAL, Principal
from callsheet.errors.access import Forbidden
from callsheet.errors.scenarios import ScenarioNotFound, ScenarioReadOnly
from callsheet.lint.context import LintContext
from callsheet.lint.document import Reading, read_scenario
from callsheet.runs.mandates import require_all_within
from callsheet.runs.ports import Catalog, CatalogEntry, Clock
from callsheet.runs.revisions import DamagedRevision, Expected, RevisionRow, Revisions, Saved, SavedRevision
from callsheet.runs.seen import SeenCatalog, require_seen
from callsheet.scenario.diagnostics import Diagnostic, Severity
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.parse import parse_scenario
from callsheet.scenario.source import Syntax


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The document is the current revision of its scenario; `diagnostics` are warnings."""

    saved: Saved
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Nothing was saved: `diagnostics` has at least one error."""

    diagnostics: tuple[Diagnostic, ...]


async def surroundings(catalog: Catalog) -> LintContext:
    """What a document is checked against: the scenarios that can be run."""
    entries = await catalog.list()
    return LintContext(scenarios={entry.scenario_id: entry.scenario for entry in entries if entry.scenario is not None})


def read_document(document: Json, context: LintContext) -> Reading:
    """A document that is no text, as the checker reads it, so without lines and columns. Never raises; blocks."""
    reading = read_scenario(orjson.dumps(document), Syntax.JSON, context)
    return replace(reading, diagnostics=tuple(replace(each, line=0, column=0) for each in reading.diagnostics))


def check_document(document: Json, context: LintContext) -> tuple[Diagnostic, ...]:
    """What the checker says about a document that is no text. Never raises; blocks."""
    return read_document(document, context).diagnostics


def has_error(diagnostics: Sequence[Diagnostic]) -> bool:
    """Whether any of them keeps the scenario from running."""
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)


class SavedScenarios:
    """The use cases of saved scenarios.

    Args:
        catalog: the scenarios that can be run, files and saved ones.
        revisions: where they are saved.
        clock: for the moment of a save.
        caller: who saves, and what scenarios they see.
    """

    def __init__(self, *, catalog: Catalog, revisions: Revisions, clock: Clock, caller: Principal = LOCAL) -> None:
        self._caller = caller
        self._catalog = catalog
        self._revisions = revisions
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    def seen_by(self, caller: Principal) -> "SavedScenarios":
        """The use cases for a caller; `self` for one who may save whatever can be saved."""
        mandate = caller.mandate
        if mandate.scenarios.allow_all and mandate.tools.allow_all:
            return self
        catalog = SeenCatalog(self._catalog, caller.scenarios)
        seen = SavedScenarios(catalog=catalog, revisions=self._revisions, clock=self._clock, caller=caller)
        seen._one_at_a_time = self._one_at_a_time
        return seen

    async def save(self, scenario_id: str, document: JsonObject, expected: Expected) -> Accepted | Rejected:
        """Make `document` the current revision of a scenario; durable when this returns.

        Raises:
            Forbidden: the caller may not save this scenario, or a step, or one of a scenario that it starts, wants what
                the caller may not.
            ScenarioReadOnly: the scenario is a file of the folder.
            RevisionConflict: something else is saved than was expected.
            RevisionRequired: the scenario exists, and nothing was expected.
            Conflict: there are too many scenarios, or revisions of this one.
            Unavailable: it could not be stored.
        """
        if not self._caller.scenarios.allow(scenario_id):
            raise Forbidden(f"This caller may not save a scenario under the id '{scenario_id}'.")
        entry = await self._find(scenario_id)
        if entry is not None and entry.read_only:
            raise ScenarioReadOnly(
                f"The scenario '{scenario_id}' is the file {entry.source}. Change it there, or save under another id."
            )
        async with self._one_at_a_time:  # checking takes a whole processor for up to some seconds
            context = await surroundings(self._catalog)
            diagnostics = await asyncio.to_thread(_check, scenario_id, document, context)
        if has_error(diagnostics):
            return Rejected(diagnostics=diagnostics)
        await self._require_within(document)
        saved = await self._revisions.save(scenario_id, document, expected, self._clock.now())
        return Accepted(saved=saved, diagnostics=diagnostics)

    async def history(self, scenario_id: str, limit: int, before: int | None = None) -> Sequence[RevisionRow]:
        """At most `limit` revisions, newest first; of a file, its content now and what was saved before it came.

        Raises:
            ScenarioNotFound: there is no such scenario.
            Unavailable: the store cannot be read.
        """
        entry = await self._catalog.get(scenario_id)
        saved = await self._revisions.list(scenario_id, limit, before)
        if entry.number is not None or before is not None:
            return saved
        return [RevisionRow(number=None, revision=entry.revision, saved_at=None), *saved][:limit]

    async def revision(self, scenario_id: str, number: int) -> SavedRevision:
        """One saved revision, also of a scenario that is a file now.

        Raises:
            ScenarioNotFound: there is none with this number, or it cannot be read.
            Unavailable: the store cannot be read.
        """
        require_seen(scenario_id, self._caller.scenarios)
        found = await self._revisions.get(scenario_id, number)
        if found is None:
            raise ScenarioNotFound(f"The scenario '{scenario_id}' has no saved revision {number}.")
        if isinstance(found, DamagedRevision):
            raise ScenarioNotFound(f"Revision {number} of the scenario '{scenario_id}' is lost: {found.reason}")
        return found

    async def _require_within(self, document: JsonObject) -> None:
        """Others run it, for whom more may be allowed: they shall not do what its author may not."""
        scenario = (await asyncio.to_thread(parse_scenario, document)).scenario
        if scenario is not None:
            entries = {entry.scenario_id: entry for entry in await self._catalog.list()}
            require_all_within(scenario, self._caller.mandate, entries)

    async def _find(self, scenario_id: str) -> CatalogEntry | None:
        try:
            return await self._catalog.get(scenario_id)
        except ScenarioNotFound:
            return None


def _check(scenario_id: str, document: JsonObject, context: LintContext) -> tuple[Diagnostic, ...]:
    found = check_document(document, context)
    own = document.get("scenario_id")
    if own == scenario_id or has_error(found):
        return found
    message = f"The document calls itself '{own}', but is to be saved as '{scenario_id[:128]}'."
    return (Diagnostic(code="E100", pointer="/scenario_id", message=message, hint="Both must be the same."), *found)
