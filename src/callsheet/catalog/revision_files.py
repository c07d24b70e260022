"""Saved revisions as files: `<folder>/<scenario_id>/000001.json`, written once and never changed. Blocks.

```json
{"number":1,"revision":"5f0c…","saved_at":"2026-04-24T12:00:00+00:00","document":{}}
```

A revision becomes visible by one `link` of a file whose bytes are on disk, which fails when the number is taken: a kill
at any moment leaves the old state or the new one, and of two processes that save the same number one learns that it
came late. What a kill leaves beside that is a file whose name ends in `.tmp`: nobody reads it, a later save removes it.
"""

import os
import re
import tempfile
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

import orjson

from callsheet.runs.events import Revision
from callsheet.runs.revisions import DamagedRevision, RevisionRow, SavedRevision, is_scenario_id
from callsheet.scenario.codec import digest
from callsheet.scenario.json import JsonObject

STALE: Final = 3600.0
"""Seconds after which a temporary file is nobody's any more."""

_FILE: Final = re.compile(r"[0-9]{6}\.json", re.ASCII)
_BODY: Final = b',"document":'
_HEAD_BYTES: Final = 512
_TEMPORARY: Final = ".tmp"


def path_of(folder: Path, number: int) -> Path:
    """The file of a revision in its scenario's folder."""
    return folder / f"{number:06}.json"


def scenario_ids(root: Path) -> list[str]:
    """The scenarios that have a folder under `root`, in order; none when there is no `root`.

    Raises:
        OSError: `root` cannot be read.
    """
    with suppress(FileNotFoundError), os.scandir(root) as found:
        return sorted(entry.name for entry in found if is_scenario_id(entry.name) and entry.is_dir())
    return []


def numbers(folder: Path) -> list[int]:
    """The numbers of the revisions in a scenario's folder, in order; none when there is no folder.

    Raises:
        OSError: the folder cannot be read.
    """
    with suppress(FileNotFoundError), os.scandir(folder) as found:
        return sorted(int(entry.name[:6]) for entry in found if _FILE.fullmatch(entry.name))
    return []


def read(folder: Path, number: int) -> SavedRevision | DamagedRevision | None:
    """One revision; None when there is none with this number."""
    path = path_of(folder, number)
    try:
        saved = _parse(folder.name, path.read_bytes())
    except FileNotFoundError:
        if not path.is_symlink():
            return None
        reason = f"{path} is a link that leads nowhere."
    except OSError as exc:
        reason = f"{path} cannot be read: {exc.strerror}."
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        reason = f"{path} is not a saved scenario."
    else:
        if saved.number == number and saved.revision == digest(saved.document):
            return saved
        reason = f"{path} was changed after it was saved."
    return DamagedRevision(scenario_id=folder.name, number=number, reason=reason)


def read_row(folder: Path, number: int) -> RevisionRow:
    """What a list shows of a revision, from the first bytes of its file."""
    try:
        with path_of(folder, number).open("rb") as file:
            head, _, _ = file.read(_HEAD_BYTES).partition(_BODY)
        fields = orjson.loads(head + b"}")
        moment = datetime.fromisoformat(fields["saved_at"])
        return RevisionRow(number=number, revision=Revision(str(fields["revision"])), saved_at=moment)
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return RevisionRow(number=number, revision=Revision(""), saved_at=None)


def write(folder: Path, saved: SavedRevision) -> bool:
    """Store a revision durably; False, and nothing changed, when its number is taken.

    Raises:
        OSError: it could not be stored, or it is not known whether it would survive a loss of power.
    """
    _make(folder)
    descriptor, name = tempfile.mkstemp(suffix=_TEMPORARY, prefix=".", dir=folder)
    temporary = Path(name)
    try:
        with open(descriptor, "wb") as file:
            file.write(_format(saved))
            file.flush()
            os.fsync(descriptor)
        try:
            os.link(temporary, path_of(folder, saved.number))
        except FileExistsError:
            return False
    finally:
        temporary.unlink(missing_ok=True)
    _sync(folder)
    if saved.number == 1:  # the folders may be as new as the file
        _sync(folder.parent)
        _sync(folder.parent.parent)
    return True


def sweep(folder: Path, stale: float = STALE) -> None:
    """Remove the temporary files that somebody left behind more than `stale` seconds ago."""
    with suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            if entry.name.endswith(_TEMPORARY) and time.time() - entry.stat().st_mtime > stale:
                Path(entry.path).unlink(missing_ok=True)


def _make(folder: Path) -> None:
    folder.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _format(saved: SavedRevision) -> bytes:
    fields = {"number": saved.number, "revision": saved.revision, "saved_at": saved.saved_at}
    return orjson.dumps({**fields, "document": saved.document})


def _parse(scenario_id: str, data: bytes) -> SavedRevision:
    fields: Any = orjson.loads(data)
    document = fields["document"]
    if not isinstance(document, dict):
        raise TypeError("a document is an object")
    return SavedRevision(
        scenario_id=scenario_id,
        number=fields["number"],
        revision=Revision(fields["revision"]),
        saved_at=datetime.fromisoformat(fields["saved_at"]),
        document=cast("JsonObject", document),
    )
