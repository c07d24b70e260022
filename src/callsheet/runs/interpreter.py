"""Executes runs: reads a run's journal, goes through its scenario, and writes what happens.

`execute` may be called any number of times for one run, by any worker: it goes on where the journal ends. It is
deterministic; every effect goes through a port.
"""

import contextlib
from dataclasses import dataclass, replace
from datetime import timedelta

from callsheet.errors import RunOwnershipLost, Unavailable
from callsheet.runs.block import StepFailed, run_steps
from callsheet.runs.codec import decode
from callsheet.runs.control import Control, Interrupted, Wish
from callsheet.runs.events import RunError, RunFinished, RunId, RunStatus, StepFinished, StepStatus
from callsheet.runs.execution import Execution, error_root
from callsheet.runs.ports import Clock, Entropy, Journal, Tools
from callsheet.runs.scenarios import PinnedScenarios
from callsheet.runs.state import RunState, StepState, fold
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
            RunOwnershipLost: another worker executes it; nothing of ours was written.
            JournalUnavailable: execute it again later; it goes on where the journal ends.
            Exception: a fault of ours or a tampered journal; the run has ended failed with `Internal` where it could
                be written.
        """
        records = await self.journal.read(run_id)
        state = fold(map(decode, records))
        if state.status.is_terminal:
            return
        execution = Execution(
            scenario=await self.scenarios.get(state.revision),
            state=state,
            size=sum(len(record.data) for record in records),
            control=control,
            journal=self.journal,
            tools=self.tools,
            clock=self.clock,
            entropy=self.entropy,
        )
        try:
            await _walk(execution)
        except Interrupted as exc:
            await _let_go(execution, exc.wish)
        except (Unavailable, RunOwnershipLost):
            raise
        except Exception as exc:
            error = RunError(code="Internal", message=f"Callsheet itself failed ({type(exc).__name__}). See its log.")
            _end_open_steps(execution, StepStatus.FAILED, error)
            await _finish(execution, RunStatus.FAILED, error.message, error=error)
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
    except EvaluationFailed as exc:
        stop_timer()
        await _fail(execution, RunError(code="ExpressionError", message=f"The run's output: {exc}"))
    else:
        await _finish(execution, RunStatus.SUCCESS, "", output=output)
    finally:
        stop_timer()


async def _output(execution: Execution, last: Json) -> Json:
    value = execution.scenario.output
    return last if value is None else or_null(await execution.evaluate(value))


async def _fail(execution: Execution, error: RunError) -> None:
    """End the run failed, after the steps of the document's `on_error`; what fails among them changes nothing."""
    execution.roots["error"] = error_root(error.code, error.message, error.step, error.attempt, error.data)
    with contextlib.suppress(StepFailed):  # its own events tell; the run ends with the error that came first
        await run_steps(execution.scenario.on_error, execution)
    message = error.message if error.step is None else f"Step '{error.step}' failed: {error.message}"
    await _finish(execution, RunStatus.FAILED, message, error=error)


async def _let_go(execution: Execution, wish: Wish) -> None:
    if wish is Wish.CANCEL:
        message = "The run was cancelled."
        _end_open_steps(execution, StepStatus.CANCELLED, RunError(code="Cancelled", message=message))
        await _finish(execution, RunStatus.CANCELLED, message, error=RunError(code="Cancelled", message=message))
    else:
        await execution.commit()


def _end_open_steps(execution: Execution, status: StepStatus, error: RunError) -> None:
    for step in _open_steps(execution.state):
        execution.emit(
            StepFinished(
                run_id=execution.run_id,
                step_name=step.name,
                index=step.index,
                status=status,
                started_at=step.started_at,
                finished_at=execution.now(),
                message=error.message,
                step_path=step.path,
                attempts=step.attempts,
                error=replace(error, step=step.path, attempt=step.attempts),
            )
        )


def _open_steps(state: RunState) -> list[StepState]:
    return [step for step in state.steps.values() if step.finished_at is None]


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
