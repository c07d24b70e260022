"""A catalog in memory: for tests and for programs that make their scenarios themselves."""

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Final

import orjson

from callsheet.catalog.candidates import SUFFIXES, Candidate, index, not_found, read_candidate
from callsheet.runs.ports import CatalogEntry
from callsheet.scenario.json import JsonObject

_FOLDER: Final = "memory"


class MemoryCatalog:
    """The `Catalog` port over documents that the program holds."""

    def __init__(self, documents: Iterable[JsonObject] = ()) -> None:
        """Take `documents`, in the order of their claims to an id; broken ones are listed with their problems."""
        self._candidates: dict[str, Candidate] = {}
        for number, document in enumerate(documents, start=1):
            self.put(f"{number:06}.json", document)

    def put(self, name: str, document: JsonObject | bytes) -> None:
        """Add or replace a document, given as JSON or as the text of a file of that name.

        Raises:
            ValueError: the name does not end in `.json`, `.yaml` or `.yml`.
        """
        if PurePath(name).suffix.lower() not in SUFFIXES:
            raise ValueError(f"'{name}' does not end in one of {', '.join(SUFFIXES)}.")
        data = document if isinstance(document, bytes) else orjson.dumps(document)
        self._candidates[name] = read_candidate(name, _FOLDER, data)

    def remove(self, name: str) -> None:
        """Forget the document of that name, if there is one."""
        self._candidates.pop(name, None)

    async def list(self) -> Sequence[CatalogEntry]:
        """Every document, broken ones included, ordered by `scenario_id`."""
        entries = index(list(self._candidates.values()))
        return [entries[scenario_id].entry for scenario_id in sorted(entries)]

    async def get(self, scenario_id: str) -> CatalogEntry:
        """One document.

        Raises:
            ScenarioNotFound: no document has this id; the sentence says which have a similar one.
        """
        entries = index([*self._candidates.values()])
        found = entries.get(scenario_id)
        if found is None:
            raise not_found(scenario_id, entries, "this catalog")
        return found.entry
