"""A folder of documents as a catalog: what is on disk now is what can be run."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from callsheet.catalog.candidates import not_found
from callsheet.catalog.folder import MAX_FILES, SETTLE, stamp_of
from callsheet.catalog.scan import Snapshot, scan
from callsheet.runs.ports import CatalogEntry


class FileCatalog:
    """The `Catalog` port over the `*.json`, `*.yaml` and `*.yml` files of one folder, folders in it not included.

    Hidden files and links that lead out of the folder are no documents. A missing folder is an empty catalog.
    """

    def __init__(self, folder: Path, *, max_files: int = MAX_FILES, settle: float = SETTLE) -> None:
        """Take a folder, which may be missing.

        Args:
            folder: where the documents are.
            max_files: how many of them are read, in the order of their names.
            settle: seconds for which a file that has changed is read again at every look.
        """
        self._folder = folder
        self._max_files = max_files
        self._settle = settle
        self._snapshot = Snapshot()
        self._lock = asyncio.Lock()
        self._begun = 0
        self._done = 0

    @property
    def looks(self) -> int:
        """How often the whole folder was looked at."""
        return self._begun

    async def list(self) -> Sequence[CatalogEntry]:
        """Every document, broken ones included, ordered by `scenario_id`, as the folder is now."""
        entries = (await self._look()).entries
        return [entries[scenario_id].entry for scenario_id in sorted(entries)]

    async def get(self, scenario_id: str) -> CatalogEntry:
        """One document, as its file is now.

        Looks at the file and at the folder itself; at all files only when one of the two has changed. So of two files
        with one id, the later learns that the earlier gave it up at the next change in the folder, or `list`.

        Raises:
            ScenarioNotFound: no document has this id; the sentence says which have a similar one.
        """
        if self._is_current(scenario_id):
            return self._snapshot.entries[scenario_id].entry
        entries = (await self._look()).entries
        found = entries.get(scenario_id)
        if found is None:
            raise not_found(scenario_id, entries, f"the folder '{self._folder}'")
        return found.entry

    def _is_current(self, scenario_id: str) -> bool:
        found = self._snapshot.entries.get(scenario_id)
        if found is None:
            return False
        record = self._snapshot.files.get(found.name)
        if record is None or record.stamp is None:
            return False
        # Two calls of stat, some microseconds each: less than a thread costs.
        return stamp_of(self._folder) == self._snapshot.folder and stamp_of(self._folder / found.name) == record.stamp

    async def _look(self) -> Snapshot:
        """A look at the folder that began after this call; callers who come during one share the next."""
        came = self._begun
        async with self._lock:
            if self._done <= came:
                self._begun += 1
                number = self._begun
                self._snapshot = await asyncio.to_thread(
                    scan, self._folder, self._snapshot, self._max_files, self._settle
                )
                self._done = number
            return self._snapshot
