"""The last events of a run that does not end by its own steps."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from callsheet.runs.events import Event, RunError, RunFinished, RunStatus, StepFinished, StepStatus
from callsheet.runs.state import RunState

_STEP_STATUS: Final = {RunStatus.CANCELLED: StepStatus.CANCELLED, RunStatus.FAILED: StepStatus.FAILED}


def ending(state: RunState, now: datetime, status: RunStatus, error: RunError) -> list[Event]:
    """The end of every step at work, and then the run's: cancelled or failed, with `error`."""
    events: list[Event] = [
        StepFinished(
            run_id=state.run_id,
            step_name=step.name,
            index=step.index,
            status=_STEP_STATUS[status],
            started_at=step.started_at,
            finished_at=now,
            message=error.message,
            step_path=step.path,
            attempts=step.attempts,
            error=replace(error, step=step.path, attempt=step.attempts),
        )
        for step in state.steps.values()
        if step.finished_at is None
    ]
    end = RunFinished(run_id=state.run_id, status=status, finished_at=now, message=error.message, error=error)
    return [*events, end]
