"""A catalog of one document, for `callsheet run FILE`."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from callsheet.catalog.candidates import SUFFIXES, not_found, read_candidate
from callsheet.cli.failures import Refused
from callsheet.runs.ports import CatalogEntry


def is_file_name(text: str) -> bool:
    """Whether `text`, given for a scenario, is a file and no scenario_id."""
    return Path(text).suffix.lower() in SUFFIXES


class OneFileCatalog:
    """The `Catalog` port over one file, read once. Made by `read`."""

    def __init__(self, entry: CatalogEntry) -> None:
        self.entry = entry

    @classmethod
    async def read(cls, path: Path) -> "OneFileCatalog":
        """Read and check the document in `path`; what is wrong with it is in the entry's problems.

        Raises:
            Refused: the file cannot be read.
        """
        try:
            data = await asyncio.to_thread(path.read_bytes)
        except OSError as exc:
            raise Refused(f"The scenario cannot be read from {path}: {exc.strerror}.") from exc
        return cls(read_candidate(path.name, str(path.parent), data).entry)

    async def list(self) -> Sequence[CatalogEntry]:
        """The document."""
        return [self.entry]

    async def get(self, scenario_id: str) -> CatalogEntry:
        """The document.

        Raises:
            ScenarioNotFound: it has another id.
        """
        if scenario_id != self.entry.scenario_id:
            raise not_found(scenario_id, [self.entry.scenario_id], self.entry.source)
        return self.entry
