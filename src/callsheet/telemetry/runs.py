"""The runs at work in this process, and what is known of each."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from callsheet.runs.codec import decode
from callsheet.runs.control import Control
from callsheet.runs.events import Record, RunId, RunStarted, StepPath, StepRetrying, StepStarted
from callsheet.runs.ports import Engine
from callsheet.telemetry.watching import AT_WORK, OpenStep, RunAtWork, RunOrigin, Watch

Execute: TypeAlias = Callable[[RunId, Control, Engine], Awaitable[datetime | None]]
"""Executes a run, as engines call it."""

_FRESH: Final = 20_000
"""Runs of which it is remembered how they began, until they are executed; others are read for it."""


class RunsAtWork:
    """Knows the runs at work. Holds nothing of a run that is parked or ended.

    Args:
        watches: are told when this process begins to execute a run.
    """

    def __init__(self, watches: Sequence[Watch]) -> None:
        self._watches = watches
        self._runs: dict[RunId, RunAtWork] = {}
        self._fresh: OrderedDict[RunId, RunOrigin] = OrderedDict()

    def find(self, run_id: RunId) -> RunAtWork | None:
        """The run, when it is at work here."""
        return self._runs.get(run_id)

    def accept(self, origin: RunOrigin) -> None:
        """Remember how a run began: this process may execute it soon."""
        self._fresh[origin.run_id] = origin
        if len(self._fresh) > _FRESH:
            self._fresh.popitem(last=False)

    def around(self, execute: Execute) -> Execute:
        """`execute`, with the run being known to be at work while it lasts."""

        async def watched(run_id: RunId, control: Control, engine: Engine) -> datetime | None:
            run = RunAtWork(run_id, origin=self._fresh.pop(run_id, None))
            run.whole = run.origin is not None and run.origin.forked_from is None
            self._runs[run_id] = run
            token = AT_WORK.set(run)
            for watch in self._watches:
                watch.begins(run)
            try:
                return await execute(run_id, control, engine)
            finally:
                AT_WORK.reset(token)
                if self._runs.get(run_id) is run:
                    del self._runs[run_id]

        return watched


def note_begin(run: RunAtWork, records: Sequence[Record]) -> None:
    """Take from the first of a run's records how it began."""
    if run.origin is not None or not records or records[0].seq != 1:
        return
    first = decode(records[0])
    if isinstance(first, RunStarted):
        run.origin = RunOrigin.of(first)
        run.whole = len(records) == 1


def note_steps(run: RunAtWork, records: Sequence[Record]) -> None:
    """Take from a run's records which of its steps have begun, and when their present attempts did."""
    for record in records:
        if record.type not in _OF_STEPS:
            continue
        event = decode(record)
        if isinstance(event, StepStarted):
            run.steps[event.step_path] = OpenStep(event.step_type, event.started_at)
        elif isinstance(event, StepRetrying):
            note_retry(run.steps, event)
    run.whole = True


def note_retry(steps: Mapping[StepPath, OpenStep], event: StepRetrying) -> None:
    """Take from an attempt that failed when the next one begins."""
    step = steps.get(event.step_path)
    if step is not None:
        step.began = event.at + timedelta(seconds=event.delay)


_OF_STEPS: Final = frozenset({"step_started", "step_retrying"})
