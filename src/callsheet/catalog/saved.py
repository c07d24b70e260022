"""The saved scenarios as a catalog."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import orjson

from callsheet.catalog.candidates import not_found
from callsheet.lint.document import read_scenario
from callsheet.runs.ports import CatalogEntry
from callsheet.runs.revisions import DamagedRevision, Revisions, SavedRevision
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.source import Syntax

_Found: TypeAlias = SavedRevision | DamagedRevision


class SavedCatalog:
    """The `Catalog` port over the current revision of every saved scenario. Parsed documents are kept.

    Args:
        revisions: where they are saved.
    """

    def __init__(self, revisions: Revisions) -> None:
        self._revisions = revisions
        self._entries: dict[str, CatalogEntry] = {}

    async def list(self) -> Sequence[CatalogEntry]:
        """Every saved scenario, damaged ones included, ordered by `scenario_id`."""
        current = await self._revisions.current()
        await self._read(current.values())
        self._entries = {name: entry for name, entry in self._entries.items() if name in current}
        return [self._entries[scenario_id] for scenario_id in sorted(current)]

    async def get(self, scenario_id: str) -> CatalogEntry:
        """One saved scenario.

        Raises:
            ScenarioNotFound: nothing is saved under this id; the sentence says which have a similar one.
        """
        found = await self._revisions.latest(scenario_id)
        if found is None:
            raise not_found(scenario_id, self._entries, "what was saved")
        await self._read([found])
        return self._entries[scenario_id]

    async def _read(self, wanted: Iterable[_Found]) -> None:
        new = [each for each in wanted if not _is_of(self._entries.get(each.scenario_id), each)]
        if new:
            entries = await asyncio.to_thread(lambda: [_entry(each) for each in new])
            self._entries.update((entry.scenario_id, entry) for entry in entries)


def _is_of(entry: CatalogEntry | None, found: _Found) -> bool:
    return entry is not None and (entry.number, entry.revision) == (found.number, found.revision)


def _entry(found: _Found) -> CatalogEntry:
    source = f"saved revision {found.number}"
    if isinstance(found, DamagedRevision):
        problem = Diagnostic(code="E100", pointer="", message=found.reason, hint="Restore it, or save a new revision.")
        return CatalogEntry(
            scenario_id=found.scenario_id,
            source=source,
            document=None,
            scenario=None,
            revision=found.revision,
            problems=(problem,),
            number=found.number,
        )
    reading = read_scenario(orjson.dumps(found.document), Syntax.JSON)
    return CatalogEntry(
        scenario_id=found.scenario_id,
        source=source,
        document=found.document,
        scenario=reading.scenario,
        revision=found.revision,
        problems=reading.diagnostics,
        number=found.number,
    )
