"""Where text is written: standard output for results, standard error for the rest; both through `rich`."""

import sys
from datetime import datetime
from typing import Final

from rich.console import Console
from rich.text import Text

from callsheet.cli.text import one_line, pretty_json
from callsheet.runs.events import RunStatus, StepStatus
from callsheet.scenario.json import Json

_WIDE: Final = 1_000
"""Columns where nobody reads on a terminal: a line is a line there."""

STYLES: Final = {
    "success": "green",
    "failed": "red",
    "cancelled": "yellow",
    "running": "cyan",
    "waiting": "cyan",
    "queued": "dim",
    "skipped": "dim",
}
"""The colour of each status of a run or a step."""

MARKS: Final = {
    StepStatus.SUCCESS: "✓",
    StepStatus.FAILED: "✗",
    StepStatus.CANCELLED: "⊘",
    StepStatus.SKIPPED: "-",
    StepStatus.RUNNING: "▸",
    StepStatus.WAITING: "…",
}


def output() -> Console:
    """Standard output."""
    return Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False, markup=False, emoji=False)


def progress() -> Console:
    """Standard error."""
    width = None if sys.stderr.isatty() else _WIDE
    return Console(stderr=True, width=width, highlight=False, markup=False, emoji=False)


def write(text: str) -> None:
    """One line, or several, to standard output as they are."""
    print(text, flush=True)


def write_json(value: Json) -> None:
    """A value to standard output, indented."""
    write(pretty_json(value))


def foreign(text: str, style: str = "") -> Text:
    """Text that others wrote, on one line and without effect on the terminal."""
    return Text(one_line(text), style=style)


def status_text(status: RunStatus | StepStatus) -> Text:
    """A status in its colour."""
    return Text(status, style=STYLES[status])


def local(moment: datetime) -> str:
    """A moment in the time of this machine, to the second."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def seconds_text(seconds: float) -> str:
    """A duration as people write it: `150 ms`, `1.75 s`, `12 min 3 s`, `2 h 5 min`."""
    if seconds < 1:
        return f"{max(0.0, seconds) * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
