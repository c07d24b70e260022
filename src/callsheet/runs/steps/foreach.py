"""Executes `foreach` steps: the same steps for each item, some of which may fail."""

from dataclasses import dataclass, field
from typing import Final

from callsheet.errors.steps import StepFailure
from callsheet.runs.block import failed_before, run_steps
from callsheet.runs.branches import Branches
from callsheet.runs.control import Control
from callsheet.runs.ended import StepFailed
from callsheet.runs.events import RunError
from callsheet.runs.executor import Attempt, Outcome
from callsheet.runs.scope import Scope
from callsheet.runs.steps.pure import PureExecutor
from callsheet.scenario.json import Json
from callsheet.scenario.steps.fail import UNCATCHABLE
from callsheet.scenario.steps.foreach import ForeachStep
from callsheet.scenario.values import or_null

_SHOWN: Final = 20
"""How many of the errors `ToleratedFailureExceeded` carries."""


class ForeachExecutor(PureExecutor):
    """The executor of `ForeachStep`."""

    async def prepare(self, step: ForeachStep, scope: Scope) -> Json:
        """How many items there are."""
        return {"items": len(await _items(step, scope))}

    async def attempt(self, step: ForeachStep, prepared: Json, attempt: Attempt) -> Outcome:
        """Run the iterations."""
        items = await _items(step, attempt.scope)
        iterations = _Iterations(step, items, attempt)
        if attempt.resumed:
            await iterations.read_journal()
        await iterations.run()
        return iterations.outcome()


@dataclass(slots=True)
class _Iterations:
    """The iterations of one attempt."""

    step: ForeachStep
    items: list[Json]
    attempt: Attempt
    outputs: dict[int, Json] = field(default_factory=dict[int, Json])
    failures: dict[int, RunError] = field(default_factory=dict[int, RunError])

    async def read_journal(self) -> None:
        """Take the failures that the journal knows: there may have been too many before the process ended."""
        failed: list[tuple[int, int, RunError | None]] = []
        for index in range(len(self.items)):
            await self.attempt.execution.pace.step()
            state = failed_before(self.step.steps, self._scope(index, self.attempt.scope.control))
            if state is not None:
                failed.append((state.seq, index, state.error))
        for _, index, error in sorted(failed, key=lambda each: each[0]):
            if error is not None:
                self.failures[index] = error

    async def run(self) -> None:
        """Run them all, or until too many have failed."""
        branches = Branches(self.attempt.execution, self.attempt.scope.control, self._iteration, self._failed)
        width = max(1, min(self.step.max_concurrency, len(self.items)))
        await branches.run(iter(range(len(self.items))), width, ended_early=self._too_many())

    def outcome(self) -> Outcome:
        """The outputs and errors in the order of the items.

        Raises:
            StepFailed: an iteration failed and none may.
            StepFailure: `ToleratedFailureExceeded`.
        """
        errors: list[Json] = [
            {"index": index, "code": error.code, "message": error.message}
            for index, error in sorted(self.failures.items())
        ]
        if self._too_many():
            fatal = next((error for error in self.failures.values() if error.code in UNCATCHABLE), None)
            if fatal is not None or self.step.tolerated_failure_percentage == 0:
                raise StepFailed(fatal or next(iter(self.failures.values())))
            message = (
                f"{len(errors)} of {len(self.items)} items failed; "
                f"{self.step.tolerated_failure_percentage:g} % of them may. The first: {_first_message(errors)}"
            )
            data: Json = {"failed": len(errors), "items": len(self.items), "errors": errors[:_SHOWN]}
            raise StepFailure(message, code="ToleratedFailureExceeded", data=data)
        return Outcome(output=[self.outputs.get(index) for index in range(len(self.items))], errors=errors)

    async def _iteration(self, index: int, control: Control) -> None:
        self.outputs[index] = await run_steps(self.step.steps, self._scope(index, control))

    def _scope(self, index: int, control: Control) -> Scope:
        roots = {self.step.as_: self.items[index], self.step.index_as: index}
        return self.attempt.inside(f"[{index}]", roots, control)

    def _failed(self, index: int, error: RunError) -> bool:
        self.failures.setdefault(index, error)
        return self._too_many()

    def _too_many(self) -> bool:
        if any(error.code in UNCATCHABLE for error in self.failures.values()):
            return True
        return len(self.failures) * 100 > self.step.tolerated_failure_percentage * len(self.items)


def _first_message(errors: list[Json]) -> str:
    first = errors[0]
    return str(first["message"]) if isinstance(first, dict) else str(first)


async def _items(step: ForeachStep, scope: Scope) -> list[Json]:
    items = or_null(await scope.evaluate(step.items))
    if not isinstance(items, list):
        kind = "nothing" if items is None else "something else"
        message = f"'items' of the foreach must give a list; it gives {kind}. A 'default' of [] stands for nothing."
        raise StepFailure(message, code="ExpressionError")
    if len(items) > step.max_items:
        message = f"'items' has {len(items)} items; the foreach takes {step.max_items} (max_items)."
        raise StepFailure(
            message, code="LimitExceeded", data={"limit": "max_items", "value": step.max_items, "items": len(items)}
        )
    return items
