"""One look at the scenarios of a folder. Blocks; runs in a thread."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from callsheet.catalog.candidates import Candidate, index, is_scenario_file, read_candidate, unreadable
from callsheet.catalog.folder import MAX_FILES, SETTLE, FileRecord, Reader, Stamp, look

_READER: Final = Reader(wants=is_scenario_file, read=read_candidate, unreadable=unreadable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A folder as it was looked at.

    Attributes:
        folder: the folder's own stamp, which changes when files come and go; None when it could not be looked at.
        files: by name.
        entries: by scenario_id.
    """

    folder: Stamp | None = None
    files: dict[str, FileRecord[Candidate]] = field(default_factory=dict[str, FileRecord[Candidate]])
    entries: dict[str, Candidate] = field(default_factory=dict[str, Candidate])


def scan(folder: Path, last: Snapshot, max_files: int = MAX_FILES, settle: float = SETTLE) -> Snapshot:
    """Look at `folder` again. Never raises: what cannot be read is an entry that says so."""
    found = look(folder, last.files, _READER, max_files, settle)
    candidates = [record.made for record in found.files.values()]
    return Snapshot(folder=found.folder, files=dict(found.files), entries=index([*candidates, *found.rest]))
