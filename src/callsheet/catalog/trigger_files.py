"""The schedules and hooks of a folder: what is on disk now is what counts."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from callsheet.catalog.folder import MAX_FILES, SETTLE, FileRecord, look
from callsheet.catalog.trigger_documents import TriggerCandidate, index, reader_of
from callsheet.runs.events import TriggerKind
from callsheet.runs.triggers.entries import TriggerEntry


class FolderTriggers:
    """The `TriggerFiles` port over `*.schedule.*` and `*.hook.*` of one folder, folders in it not included.

    Hidden files and links that lead out of the folder are no documents. A missing folder has none.
    """

    def __init__(self, folder: Path, *, max_files: int = MAX_FILES, settle: float = SETTLE) -> None:
        """Take a folder, which may be missing.

        Args:
            folder: where the documents are.
            max_files: how many of each kind are read, in the order of their names.
            settle: seconds for which a file that has changed is read again at every look.
        """
        self._folder = folder
        self._max_files = max_files
        self._settle = settle
        self._files: dict[TriggerKind, Mapping[str, FileRecord[TriggerCandidate]]] = {kind: {} for kind in TriggerKind}
        self._lock = asyncio.Lock()

    async def list(self, kind: TriggerKind) -> Sequence[TriggerEntry]:
        """See `TriggerFiles.list`."""
        async with self._lock:
            return await asyncio.to_thread(self._look, kind)

    def _look(self, kind: TriggerKind) -> Sequence[TriggerEntry]:
        found = look(self._folder, self._files[kind], reader_of(kind), self._max_files, self._settle)
        self._files[kind] = found.files
        return index([*(record.made for record in found.files.values()), *found.rest])
