"""One look at a folder: what is there, reading only what changed since the last look. Blocks; runs in a thread."""

import hashlib
import heapq
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Final, TypeAlias

from callsheet.catalog.candidates import SUFFIXES, Candidate, index, read_candidate, text, unreadable
from callsheet.scenario.model import MAX_DOCUMENT_BYTES

MAX_FILES: Final = 10_000

SETTLE: Final = 2.0
"""Seconds. File systems stamp a change with a clock of 4 ms to 2 s: a file that changed so shortly before it was read
may have changed again since, under the same stamp."""

Stamp: TypeAlias = tuple[int, ...]
"""Changes whenever a file does: modification and status change in nanoseconds, size, inode, device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One file as it was read.

    Attributes:
        stamp: the file's stamp while it was read; None when that may not name what was read.
        content: a digest of the bytes; None when they could not be read.
    """

    stamp: Stamp | None
    content: bytes | None
    candidate: Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A folder as it was looked at.

    Attributes:
        folder: the folder's own stamp, which changes when files come and go; None when it could not be looked at.
        files: by name.
        entries: by scenario_id.
    """

    folder: Stamp | None = None
    files: dict[str, FileRecord] = field(default_factory=dict[str, FileRecord])
    entries: dict[str, Candidate] = field(default_factory=dict[str, Candidate])


def scan(folder: Path, last: Snapshot, max_files: int = MAX_FILES, settle: float = SETTLE) -> Snapshot:
    """Look at `folder` again. Never raises: what cannot be read is an entry that says so."""
    before = stamp_of(folder)
    try:
        names = heapq.nsmallest(max_files + 1, _documents(folder))
    except FileNotFoundError:
        return Snapshot()
    except OSError as exc:
        reason = f"The folder cannot be read: {exc.strerror}."
        return Snapshot(entries=index([unreadable("", _shown(folder), reason)]))
    files = {each: _record(folder, each, last.files.get(each), settle) for each in names[:max_files]}
    candidates = [record.candidate for record in files.values()]
    if len(names) > max_files:
        candidates.append(
            unreadable("", _shown(folder), f"The folder has more than {max_files} documents; the rest is not read.")
        )
    return Snapshot(folder=before, files=files, entries=index(candidates))


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file or folder, a symbolic link followed; None when there is none."""
    try:
        return _stamp(path.stat())
    except OSError:
        return None


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev


def _documents(folder: Path) -> Iterator[str]:
    inside = os.path.realpath(folder) + os.sep
    with os.scandir(folder) as found:
        for entry in found:
            if entry.name.startswith(".") or PurePath(entry.name).suffix.lower() not in SUFFIXES:
                continue
            if entry.is_symlink() and not os.path.realpath(entry.path).startswith(inside):
                continue
            if entry.is_file() or entry.is_symlink():  # of a broken link is said that it cannot be read
                yield entry.name


def _record(folder: Path, name: str, last: FileRecord | None, settle: float) -> FileRecord:
    path = folder / name
    if last is not None and last.stamp is not None and stamp_of(path) == last.stamp:
        return last
    try:
        stamp, data = _read(path, settle)
    except OSError as exc:
        reason = f"The file cannot be read: {exc.strerror}."
        return FileRecord(stamp=None, content=None, candidate=unreadable(name, _shown(folder), reason))
    content = hashlib.sha256(data).digest()
    if last is not None and last.content == content:
        return FileRecord(stamp=stamp, content=content, candidate=last.candidate)
    return FileRecord(stamp=stamp, content=content, candidate=read_candidate(name, _shown(folder), data))


def _read(path: Path, settle: float) -> tuple[Stamp | None, bytes]:
    """The file's bytes, one more than allowed at most, and its stamp if that is sure to name them."""
    now = time.time_ns()
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # not to wait for a pipe's other end
    with open(descriptor, "rb", buffering=0, closefd=True) as file:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise OSError(0, "it is not a regular file")
        data = bytearray()
        while len(data) <= MAX_DOCUMENT_BYTES and (part := file.read(MAX_DOCUMENT_BYTES + 1 - len(data))):
            data += part
        settled = now - before.st_ctime_ns > settle * 1e9 and _stamp(before) == _stamp(os.fstat(descriptor))
    return _stamp(before) if settled else None, bytes(data)


def _shown(folder: Path) -> str:
    return text(folder.name or ".")
