"""Executes runs: reads a run's journal, goes through its scenario, and writes what happens.

`execute` may be called any number of times for one run, by any worker: it goes on where the journal ends. It is
deterministic; every effect goes through a port.
"""

import contextlib
from dataclasses import dataclass
from datetime import timedelta

from callsheet.errors import RunOwnershipLost, ScenarioInvalid, ScenarioNotFound, StepFailure, Unavailable
from callsheet.runs.block import StepFailed, run_steps
from callsheet.runs.codec import decode
from callsheet.runs.control import Control, Interrupted, Wish
from callsheet.runs.ending import ending
from callsheet.runs.events import RunError, RunFinished, RunId, RunStatus
from callsheet.runs.execution import Execution, error_root, failure_code
from callsheet.runs.ports import Clock, Entropy, Journal, Tools
from callsheet.runs.scenarios import PinnedScenarios
from callsheet.runs.state import fold
from callsheet.scenario.expressions import EvaluationFailed
from callsheet.scenario.json import Json
from callsheet.scenario.values import or_null


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """Executes runs over the ports."""

    journal: Journal
    tools: Tools
    clock: Clock
    entropy: Entropy
    scenarios: PinnedScenarios

    async def execute(self, run_id: RunId, control: Control) -> None:
        """Bring the run to its end, or to where `control` lets go of it.

        Raises:
            RunNotFound: there is no such run.
            RunDamaged: what the journal holds of it is not what was written.
            RunOwnershipLost: another worker executes it; nothing of ours was written.
            JournalUnavailable: execute it again later; it goes on where the journal ends.
            Exception: a fault of ours; the run has ended failed with `Internal`.
        """
        records = await self.journal.read(run_id)
        state = fold(map(decode, records))
        if state.status.is_terminal:
            return
        try:
            scenario = await self.scenarios.get(state.revision)
        except (ScenarioNotFound, ScenarioInvalid) as exc:
            error = RunError(code="Internal", message=exc.message)
            await self.journal.append(run_id, state.last_seq, ending(state, self.clock.now(), RunStatus.FAILED, error))
            return
        execution = Execution(
            scenario=scenario,
            state=state,
            size=sum(len(record.data) for record in records),
            control=control,
            journal=self.journal,
            tools=self.tools,
            clock=self.clock,
            entropy=self.entropy,
        )
        await _execute(execution)


async def _execute(execution: Execution) -> None:
    try:
        await _walk(execution)
    except Interrupted as exc:
        if exc.wish is Wish.CANCEL:
            await _end(execution, RunStatus.CANCELLED, RunError(code="Cancelled", message="The run was cancelled."))
        else:
            await execution.commit()  # the step that ended last; the run goes on later
    except (Unavailable, RunOwnershipLost):
        raise
    except Exception as exc:
        message = f"Callsheet itself failed ({type(exc).__name__}). See its log."
        await _end(execution, RunStatus.FAILED, RunError(code="Internal", message=message))
        raise


async def _walk(execution: Execution) -> None:
    remaining = execution.state.started_at + timedelta(seconds=execution.scenario.timeout) - execution.now()
    stop_timer = execution.clock.call_later(
        max(0.0, remaining.total_seconds()), lambda: execution.control.request(Wish.TIMEOUT)
    )
    try:
        last = await run_steps(execution.scenario.steps, execution)
        output = await _output(execution, last)
    except StepFailed as exc:
        stop_timer()
        await _fail(execution, exc.error)
    except (EvaluationFailed, StepFailure) as exc:
        stop_timer()
        await _fail(execution, RunError(code=failure_code(exc), message=f"The run's output: {exc}"))
    else:
        await _finish(execution, RunStatus.SUCCESS, "", output=output)
    finally:
        stop_timer()


async def _output(execution: Execution, last: Json) -> Json:
    value = execution.scenario.output
    if value is None:
        return last
    output = or_null(await execution.evaluate(value))
    execution.measure(output, "The run's output")
    return output


async def _fail(execution: Execution, error: RunError) -> None:
    """End the run failed, after the steps of the document's `on_error`; what fails among them changes nothing."""
    execution.roots["error"] = error_root(error.code, error.message, error.step, error.attempt, error.data)
    with contextlib.suppress(StepFailed):  # its own events tell; the run ends with the error that came first
        await run_steps(execution.scenario.on_error, execution)
    message = error.message if error.step is None else f"Step '{error.step}' failed: {error.message}"
    await _finish(execution, RunStatus.FAILED, message, error=error)


async def _end(execution: Execution, status: RunStatus, error: RunError) -> None:
    for event in ending(execution.state, execution.now(), status, error):
        execution.emit(event)
    await execution.commit()


async def _finish(
    execution: Execution, status: RunStatus, message: str, *, output: Json = None, error: RunError | None = None
) -> None:
    execution.emit(
        RunFinished(
            run_id=execution.run_id,
            status=status,
            finished_at=execution.now(),
            message=message,
            output=output,
            error=error,
        )
    )
    await execution.commit()
