"""Ways to watch a run: lines of JSON, plain lines, or a live table; whoever shows a run takes one of them."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol, assert_never

from callsheet.cli.labels import Labels
from callsheet.cli.live import LiveView
from callsheet.cli.sayings import log_text, progress_text
from callsheet.cli.screen import progress, seconds_text, write
from callsheet.cli.text import one_line, safe_json
from callsheet.cli.waits import waits_text
from callsheet.runs.events import (
    Event,
    Record,
    RunFinished,
    RunResumed,
    RunStarted,
    RunWaiting,
    StepFinished,
    StepLog,
    StepProgress,
    StepResumed,
    StepRetrying,
    StepStarted,
    StepWaiting,
)
from callsheet.runs.state import RunState


class View(Protocol):
    """Somebody watches a run."""

    def show(self, record: Record, event: Event, state: RunState) -> None:
        """Show the next event: `record` as it is stored, `event` decoded, `state` with it taken in."""
        ...


class JsonLines:
    """Every event as a line on standard output: its JSON as the API sends it, with its `seq` as one more field.

    Control characters are JSON escapes in it: the values are the same.
    """

    def show(self, record: Record, event: Event, state: RunState) -> None:
        """See `View`."""
        # JSON itself allows the controls from U+007F on, which some terminals obey.
        write(safe_json((record.data[:-1] + b',"seq":%d}' % record.seq).decode()))


class PlainLines:
    """Every event as a line for people, on standard error or wherever `file` leads."""

    def __init__(self, labels: Labels, *, to_stdout: bool = False) -> None:
        self._labels = labels
        self._to_stdout = to_stdout

    def show(self, record: Record, event: Event, state: RunState) -> None:
        """See `View`."""
        text = line_of(event, state, self._labels)
        print(text, file=sys.stdout if self._to_stdout else sys.stderr, flush=True)


@contextmanager
def watching(labels: Labels, *, json: bool) -> Generator[View]:
    """The view that fits: JSON when it was asked for, a live table on a terminal, lines elsewhere."""
    if json:
        yield JsonLines()
    elif sys.stderr.isatty():
        with LiveView(labels, progress()) as view:
            yield view
    else:
        yield PlainLines(labels)


def line_of(event: Event, state: RunState, labels: Labels) -> str:
    """An event in one line, its time first, in the time of this machine."""
    match event:
        case RunStarted():
            return _line(event.started_at, "run started", f"{event.scenario_id} ({event.run_id})")
        case StepStarted():
            tool = labels.tools.get(event.step_name, event.step_type)
            return _line(event.started_at, "step started", f"{event.step_path} ({tool})")
        case StepRetrying():
            text = f"{event.step_path}: attempt {event.attempt} in {seconds_text(event.delay)}, after: "
            return _line(event.at, "step retrying", text + event.error.message)
        case StepWaiting():
            return _line(event.at, "step waiting", f"{event.step_path}: {waits_text(event.waits_for, event.until)}")
        case StepResumed():
            by = f" by {event.by}" if event.by else ""
            return _line(event.at, "step resumed", f"{event.step_path}: the answer is {event.action}{by}")
        case StepProgress():
            return _line(event.at, "step progress", f"{event.step_path}: {progress_text(event)}")
        case StepLog():
            return _line(event.at, "step log", f"{event.step_path}: {log_text(event)}")
        case RunWaiting():
            until = f"until {event.until.astimezone():%d %b %H:%M:%S}" if event.until else "for a message"
            return _line(event.at, "run waiting", until)
        case RunResumed():
            return _line(event.at, "run resumed", "")
        case StepFinished():
            took = seconds_text((event.finished_at - event.started_at).total_seconds())
            attempts = f", {event.attempts} attempts" if event.attempts > 1 else ""
            text = f"{event.step_path}: {event.status} in {took}{attempts}"
            return _line(event.finished_at, "step finished", f"{text}: {event.message}" if event.message else text)
        case RunFinished():
            took = seconds_text((event.finished_at - state.started_at).total_seconds())
            text = f"{event.status} in {took}"
            return _line(event.finished_at, "run finished", f"{text}: {event.message}" if event.message else text)
        case _:
            assert_never(event)


def _line(moment: datetime, what: str, text: str) -> str:
    return f"{moment.astimezone():%H:%M:%S}  {what:<13}  {one_line(text)}"
