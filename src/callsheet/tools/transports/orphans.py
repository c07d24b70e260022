"""Processes of stdio servers that outlived us: known from records on disk, and ended by whoever comes next.

The server itself dies with us (`callsheet.tools.transports.launcher`); what it started does not. It leads a session of
its own, so everything it started can be found, unless it left that session on purpose.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

GRACE: Final = 2.0
"""Seconds that leftovers have to end after SIGTERM."""

_LOOK: Final = 0.05
_PROC: Final = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Process:
    """What the kernel knows of a process (proc_pid_stat(5)); `started` is in clock ticks since the machine started."""

    pid: int
    session: int
    started: int
    is_zombie: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """A server that was started: its session, and whose it is."""

    pid: int
    started: int
    owner: int
    owner_started: int
    boot: str


class Children:
    """The records of one data folder, which several processes may share. Without a folder nothing is remembered.

    Nothing is remembered either where there is no data folder yet: those who only look make none.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder if _PROC.is_dir() else None

    def add(self, pid: int) -> None:
        """A server was started. That this cannot be written down does not keep it from working."""
        process, owner = _process(pid), _process(os.getpid())
        if self._folder is None or process is None or owner is None or not self._folder.parent.is_dir():
            return
        record = {
            "pid": pid,
            "started": process.started,
            "owner": owner.pid,
            "owner_started": owner.started,
            "boot": _boot(),
        }
        with contextlib.suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            file = self._file(self._folder, pid)
            # As a whole: another process that looks just now would take half a record for that of a dead owner.
            half = file.with_suffix(".new")
            half.write_bytes(orjson.dumps(record))
            half.replace(file)

    def remove(self, pid: int) -> None:
        """The server and all that it started have ended."""
        if self._folder is not None:
            with contextlib.suppress(OSError):
                self._file(self._folder, pid).unlink(missing_ok=True)

    async def sweep(self) -> int:
        """End what owners that died have left behind; how many processes that were."""
        found: dict[Path, list[_Process]] = {}
        for file, record in self._records():
            if record is not None and _is_elsewhere(record.boot):
                continue
            if record is None or not _is_alive(record.owner, record.owner_started, record.boot):
                found[file] = [] if record is None else _left(record)
        left = [process for each in found.values() for process in each]
        await _end(left)
        for file in found:
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)
        return len(left)

    def _records(self) -> Iterator[tuple[Path, _Record | None]]:
        if self._folder is not None and self._folder.is_dir():
            for file in self._folder.glob("*.json"):
                yield file, _read(file)

    @staticmethod
    def _file(folder: Path, pid: int) -> Path:
        return folder / f"{pid}.json"


def _read(file: Path) -> _Record | None:
    try:
        return _Record(**orjson.loads(file.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None  # damaged


def _left(record: _Record) -> list[_Process]:
    """The processes of the record's session, when it is certain that it is still that session."""
    if record.boot != _boot():
        return []
    members = [each for each in _processes() if each.session == record.pid and not each.is_zombie]
    leader = next((each for each in members if each.pid == record.pid), None)
    if leader is not None and leader.started != record.started:
        return []  # the number was given to another process since
    return [each for each in members if each.started >= record.started and each.pid != os.getpid()]


async def _end(processes: list[_Process]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for process in filter(_runs, processes):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process.pid, sign)
        deadline = asyncio.get_running_loop().time() + GRACE
        while any(map(_runs, processes)) and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - not our children
            await asyncio.sleep(_LOOK)


def _runs(process: _Process) -> bool:
    """Whether it still does; its number may have been given to another since."""
    now = _process(process.pid)
    return now is not None and now.started == process.started and not now.is_zombie


def _is_alive(pid: int, started: int, boot: str) -> bool:
    process = _process(pid)
    return boot == _boot() and process is not None and process.started == started and not process.is_zombie


def _processes() -> Iterator[_Process]:
    for folder in _PROC.iterdir():
        if folder.name.isdigit() and (process := _process(int(folder.name))) is not None:
            yield process


def _process(pid: int) -> _Process | None:
    try:
        stat = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # The name stands in brackets and may contain anything, brackets too.
    fields = stat.rpartition(")")[2].split()
    return _Process(pid=pid, session=int(fields[3]), started=int(fields[19]), is_zombie=fields[0] in "ZX")


def _is_elsewhere(boot: str) -> bool:
    """Whether the record is of another container of this machine, which may share the data folder with us."""
    machine, _, place = boot.partition(" ")
    here, _, ours = _boot().partition(" ")
    return machine == here and place != ours


def _boot() -> str:
    """Where and until when process ids mean what they mean now: in this container, until the machine is restarted."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return ""
