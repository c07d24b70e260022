"""The log of runs: each leaves a line when it ends, so that one can be followed by its id; its steps do at DEBUG."""

from datetime import datetime

from loguru import logger

from callsheet.runs.events import RunError, RunFinished, StepFinished, StepRetrying
from callsheet.runs.tools import ToolCall, ToolOutcome
from callsheet.telemetry.watching import CallEnded, OpenStep, RunAtWork, RunOrigin


class LoggedRuns:
    """The `Watch` that writes the log. No line has a value or a text of a tool: of an error it says the code."""

    def begins(self, run: RunAtWork) -> None:
        """See `Watch`."""

    def accepted(self, run: RunOrigin) -> None:
        """See `Watch`."""
        logger.debug("The run is accepted.", run_id=run.run_id, scenario_id=run.scenario_id)

    def step_finished(self, run: RunOrigin, event: StepFinished, step: OpenStep) -> None:
        """See `Watch`."""
        logger.debug(
            "The step {step_path} ended: {status}.",
            run_id=run.run_id,
            scenario_id=run.scenario_id,
            step_path=event.step_path,
            status=str(event.status),
            code=_code(event.error),
            duration_ms=_milliseconds(event.started_at, event.finished_at),
        )

    def retrying(self, run: RunOrigin, event: StepRetrying, step: OpenStep) -> None:
        """See `Watch`."""
        logger.debug(
            "Attempt {attempt} of the step {step_path} failed: {code}.",
            run_id=run.run_id,
            scenario_id=run.scenario_id,
            step_path=event.step_path,
            attempt=event.attempt - 1,  # the event has the number of the next one
            code=_code(event.error),
        )

    def run_finished(self, run: RunOrigin, event: RunFinished) -> None:
        """See `Watch`."""
        logger.info(
            "The run ended: {status}.",
            run_id=run.run_id,
            scenario_id=run.scenario_id,
            status=str(event.status),
            code=_code(event.error),
            duration_ms=_milliseconds(run.started_at, event.finished_at),
        )

    def calling(self, call: ToolCall) -> CallEnded:
        """See `Watch`."""
        return _nothing


def _code(error: RunError | None) -> str | None:
    return None if error is None else error.code


def _milliseconds(began: datetime, ended: datetime) -> float:
    return round((ended - began).total_seconds() * 1e3, 1)


def _nothing(server: str, came: ToolOutcome | BaseException) -> None:
    """What a call gives is told by its step."""
