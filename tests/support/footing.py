"""What is measured of a process from its inside: memory, files and tasks, and how long its event loop was blocked."""

import asyncio
import gc
import os
import time
from pathlib import Path
from typing import Any, Final

BEAT: Final = 0.005


class Heart:
    """Beats in the event loop, and keeps the longest pauses between two beats."""

    def __init__(self) -> None:
        self.longest_work = 0.0
        self.longest_gap = 0.0

    async def beat(self) -> None:
        while True:
            at, work = time.perf_counter(), time.thread_time()
            await asyncio.sleep(BEAT)
            self.longest_work = max(self.longest_work, time.thread_time() - work)
            self.longest_gap = max(self.longest_gap, time.perf_counter() - at - BEAT)


class Footing:
    """What the process stands on: its memory, files and tasks."""

    def __init__(self) -> None:
        gc.collect()
        self.files = len(os.listdir("/proc/self/fd"))
        self.tasks = _tasks()
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
        self.resident = _status("VmRSS")

    def growth(self) -> float:
        return (_status("VmHWM") - self.resident) / 1024

    def left_over(self) -> str:
        tasks = _tasks() - self.tasks
        files = len(os.listdir("/proc/self/fd")) - self.files
        return f"{len(tasks)} tasks, {files} files" if tasks or files > 0 else ""


def _status(key: str) -> int:
    """A line of our status in the kernel, in kibibytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key + ":"))


def _tasks() -> "set[asyncio.Task[Any]]":
    try:
        return asyncio.all_tasks()
    except RuntimeError:  # no event loop runs
        return set()
