"""Executes `wait` steps: the run is parked until a moment."""

from datetime import UTC, datetime, timedelta

from callsheet.errors.steps import StepFailure
from callsheet.runs.codec import timestamp
from callsheet.runs.executor import Attempt, Outcome
from callsheet.runs.scope import Scope
from callsheet.runs.steps.pure import PureExecutor
from callsheet.runs.waiting import announce
from callsheet.scenario.durations import MAX_DURATION
from callsheet.scenario.json import Json
from callsheet.scenario.steps.wait import WaitStep
from callsheet.scenario.values import or_null


class WaitExecutor(PureExecutor):
    """The executor of `WaitStep`."""

    async def prepare(self, step: WaitStep, scope: Scope) -> Json:
        """Until when."""
        now = scope.execution.now()
        if step.duration is not None:
            return {"until": timestamp(now + timedelta(seconds=step.duration))}
        until = _moment(None if step.until is None else or_null(await scope.evaluate(step.until)))
        if until - now > timedelta(seconds=MAX_DURATION):
            message = f"'until' is {timestamp(until)}: further away than a run may last (30 days)."
            raise StepFailure(message, code="LimitExceeded", data={"limit": "wait", "value": MAX_DURATION})
        return {"until": timestamp(until)}

    async def attempt(self, step: WaitStep, prepared: Json, attempt: Attempt) -> Outcome:
        """Wait."""
        execution = attempt.execution
        until = _moment(prepared["until"] if isinstance(prepared, dict) else None)
        if attempt.state.started_at < until:  # by the journal, so that it is said whenever the run goes on
            await announce(attempt, {"kind": "time"}, until)
        while execution.now() < until:
            await execution.parking.wait(attempt.scope.control, until)
            attempt.scope.control.check()
        return Outcome()


def _moment(value: Json) -> datetime:
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        shown = f"{value!r}"[:60]
        message = f"'until' is {shown}; a moment such as 2026-11-23T18:30:00Z is expected (RFC 3339, with its offset)."
        raise StepFailure(message, code="InputInvalid") from None
