"""One look at a folder of documents: what is there, reading only what changed since the last look. Blocks.

Hidden files and links that lead out of the folder are no documents.
"""

import hashlib
import heapq
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeAlias, TypeVar

from callsheet.scenario.model import MAX_DOCUMENT_BYTES

T = TypeVar("T")

MAX_FILES: Final = 10_000

SETTLE: Final = 2.0
"""Seconds. File systems stamp a change with a clock of 4 ms to 2 s: a file that changed so shortly before it was read
may have changed again since, under the same stamp."""

Stamp: TypeAlias = tuple[int, ...]
"""Changes whenever a file does: modification and status change in nanoseconds, size, inode, device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader(Generic[T]):
    """What is made of the files of a folder.

    Attributes:
        wants: whether a file of this name is one of the documents.
        read: makes something of a file's name, the folder's name and the bytes; never raises.
        unreadable: the same for a file that cannot be read, for a reason; for the folder itself the name is empty.
    """

    wants: Callable[[str], bool]
    read: Callable[[str, str, bytes], T]
    unreadable: Callable[[str, str, str], T]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord(Generic[T]):
    """One file as it was read.

    Attributes:
        stamp: the file's stamp while it was read; None when that may not name what was read.
        content: a digest of the bytes; None when they could not be read.
        made: what the reader made of it.
    """

    stamp: Stamp | None
    content: bytes | None
    made: T


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[T]):
    """A folder as it was looked at.

    Attributes:
        folder: the folder's own stamp, which changes when files come and go; None when it could not be looked at.
        files: by name.
        rest: what says that the folder, or a part of it, could not be read.
    """

    folder: Stamp | None
    files: Mapping[str, FileRecord[T]]
    rest: tuple[T, ...] = ()


def look(
    folder: Path,
    last: Mapping[str, FileRecord[T]],
    reader: Reader[T],
    max_files: int = MAX_FILES,
    settle: float = SETTLE,
) -> Found[T]:
    """Look at `folder` again. Never raises: of what cannot be read, the reader says so."""
    before = stamp_of(folder)
    try:
        names = heapq.nsmallest(max_files + 1, _documents(folder, reader.wants))
    except FileNotFoundError:
        return Found(folder=None, files={})
    except OSError as exc:
        reason = f"The folder cannot be read: {exc.strerror}."
        return Found(folder=None, files={}, rest=(reader.unreadable("", shown(folder), reason),))
    files = {each: _record(folder, each, last.get(each), reader, settle) for each in names[:max_files]}
    if len(names) <= max_files:
        return Found(folder=before, files=files)
    reason = f"The folder has more than {max_files} documents; the rest is not read."
    return Found(folder=before, files=files, rest=(reader.unreadable("", shown(folder), reason),))


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file or folder, a symbolic link followed; None when there is none."""
    try:
        return _stamp(path.stat())
    except OSError:
        return None


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev


def _documents(folder: Path, wants: Callable[[str], bool]) -> Iterator[str]:
    inside = os.path.realpath(folder) + os.sep
    with os.scandir(folder) as found:
        for entry in found:
            if entry.name.startswith(".") or not wants(entry.name):
                continue
            if entry.is_symlink() and not os.path.realpath(entry.path).startswith(inside):
                continue
            if entry.is_file() or entry.is_symlink():  # of a broken link is said that it cannot be read
                yield entry.name


def _record(folder: Path, name: str, last: FileRecord[T] | None, reader: Reader[T], settle: float) -> FileRecord[T]:
    path = folder / name
    if last is not None and last.stamp is not None and stamp_of(path) == last.stamp:
        return last
    try:
        stamp, data = _read(path, settle)
    except OSError as exc:
        reason = f"The file cannot be read: {exc.strerror}."
        return FileRecord(stamp=None, content=None, made=reader.unreadable(name, shown(folder), reason))
    content = hashlib.sha256(data).digest()
    if last is not None and last.content == content:
        return FileRecord(stamp=stamp, content=content, made=last.made)
    return FileRecord(stamp=stamp, content=content, made=reader.read(name, shown(folder), data))


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


def shown(folder: Path) -> str:
    """The folder's name as text that JSON can hold."""
    return text(folder.name or ".")


def text(name: str) -> str:
    """A file's name as text that JSON can hold."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
