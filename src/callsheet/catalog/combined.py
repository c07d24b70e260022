"""The files of the folder and the saved scenarios as one catalog. What is a file is not saved over.

* A file that calls itself X has the id X, even when a scenario was saved as X before. The saved one is then listed as
  `X (saved)`, with an error that names the file; it cannot run, its revisions are kept, and it has its id back when the
  file is gone.
* A file that is only *called* like X, because no id can be read in it, takes nobody's: it is listed as `X (X.json)`.
"""

from collections.abc import Container, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from callsheet.catalog.candidates import not_found
from callsheet.errors.scenarios import ScenarioNotFound
from callsheet.runs.ports import Catalog, CatalogEntry
from callsheet.scenario.diagnostics import Diagnostic


class CombinedCatalog:
    """The `Catalog` port over two others.

    Args:
        files: has the first claim to an id.
        saved: the saved scenarios.
    """

    def __init__(self, files: Catalog, saved: Catalog) -> None:
        self._files = files
        self._saved = saved

    async def list(self) -> Sequence[CatalogEntry]:
        """Every document of both, broken ones included, ordered by `scenario_id`."""
        entries = {entry.scenario_id: entry for entry in await self._files.list()}
        for saved in await self._saved.list():
            file = entries.get(saved.scenario_id)
            if file is not None and _claims(file):
                other = _displaced(saved, file, entries)
                entries[other.scenario_id] = other
            else:
                if file is not None:
                    other = _renamed(file, entries)
                    entries[other.scenario_id] = other
                entries[saved.scenario_id] = saved
        return [entries[scenario_id] for scenario_id in sorted(entries)]

    async def get(self, scenario_id: str) -> CatalogEntry:
        """One document, as it is now.

        Raises:
            ScenarioNotFound: no document has this id; the sentence says which have a similar one.
        """
        file = await _find(self._files, scenario_id)
        if file is not None and _claims(file):
            return file
        found = await _find(self._saved, scenario_id) or file
        if found is not None:
            return found
        entries = {entry.scenario_id: entry for entry in await self.list()}
        if scenario_id in entries:  # a name that only the list gives
            return entries[scenario_id]
        raise not_found(scenario_id, entries, "the folder of scenarios, and none was saved")


async def _find(catalog: Catalog, scenario_id: str) -> CatalogEntry | None:
    try:
        return await catalog.get(scenario_id)
    except ScenarioNotFound:
        return None


def _claims(file: CatalogEntry) -> bool:
    """Whether the id is the document's own, and not the name of its file."""
    return file.document is not None and file.document.get("scenario_id") == file.scenario_id


def _displaced(saved: CatalogEntry, file: CatalogEntry, taken: Container[str]) -> CatalogEntry:
    message = f"The scenario_id '{saved.scenario_id}' of the {saved.source} is taken by {file.source}."
    hint = "Remove the file, or give it another scenario_id; what was saved is kept."
    problem = Diagnostic(code="E101", pointer="/scenario_id", message=message, hint=hint, line=1, column=1)
    name = _free(f"{saved.scenario_id} (saved)", taken)
    return replace(saved, scenario_id=name, scenario=None, problems=(problem, *saved.problems))


def _renamed(file: CatalogEntry, taken: Container[str]) -> CatalogEntry:
    return replace(file, scenario_id=_free(f"{file.scenario_id} ({PurePosixPath(file.source).name})", taken))


def _free(name: str, taken: Container[str]) -> str:
    while name in taken:
        name = f"{name}'"
    return name
