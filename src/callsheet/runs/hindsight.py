"""What the expressions of a step saw, or would see, in a run: its roots, from the journal alone. Pure.

The interpreter makes the same roots while it goes (`scope.py`, and what the types of blocks add in `steps/`); a test
compares both. The journal does not hold secrets, nor the raw result of a step that has an `output` of its own:
`secrets` and `result` are no roots here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from callsheet.errors.runs import StepNotFound
from callsheet.runs.block import failed_in, failure_of
from callsheet.runs.events import RunError, StepPath
from callsheet.runs.scope import error_root, run_roots, step_root
from callsheet.runs.state import RunState
from callsheet.scenario.expressions import EvaluationFailed
from callsheet.scenario.json import Json, JsonObject, is_object
from callsheet.scenario.model import Scenario, Step
from callsheet.scenario.steps.base import StepList
from callsheet.scenario.steps.foreach import ForeachStep
from callsheet.scenario.steps.loop import LoopStep
from callsheet.scenario.steps.parallel import ParallelStep
from callsheet.scenario.steps.try_ import TryStep
from callsheet.scenario.values import evaluate, or_null

_PART: Final = re.compile(r"(?P<name>[^@\[\]]+)(?:@\d{1,9})?(?:\[(?P<number>\d{1,9})\])?")
_CATCH: Final = "/catch/"


def roots_at(scenario: Scenario, state: RunState, path: StepPath | None) -> JsonObject:
    """The roots of the step at `path`; without one those at the end of the document's steps.

    Raises:
        StepNotFound: the document has no place for such a path.
    """
    seen = _View(scenario, state)
    if path is None:
        return seen.after(scenario.steps, "", run_roots(scenario, state))
    parts = path.split(".")
    found = seen.find(parts, scenario.steps, run_roots(scenario, state))
    if found is None and scenario.on_error:
        found = seen.find(parts, scenario.on_error, seen.failing())
    if found is None:
        raise StepNotFound(
            f"The scenario of run {state.run_id} has no step at this path. Inside of a foreach or loop it has the "
            "number of the iteration: 'block[0].step'."
        )
    return found


@dataclass(frozen=True, slots=True)
class _View:
    scenario: Scenario
    state: RunState

    def failing(self) -> JsonObject:
        """The roots of `on_error`."""
        roots = self.after(self.scenario.steps, "", run_roots(self.scenario, self.state))
        failed = failed_in(self.scenario.steps, self.state.steps, "")
        error = self.state.error or (None if failed is None else failed.error)
        return roots if error is None else {**roots, "error": error_root(error)}

    def after(self, steps: Sequence[Step], prefix: str, roots: JsonObject) -> JsonObject:
        """The roots behind the last step of a list that was shown to those after it."""
        shown: JsonObject = {}
        for step in steps:
            state = self.state.steps.get(StepPath(prefix + step.name))
            if state is None or state.finished_at is None or failure_of(step, state) is not None:
                break
            shown[step.name] = step_root(state)
        before = roots["steps"]
        return {**roots, "steps": {**(before if is_object(before) else {}), **shown}}

    def find(
        self, parts: Sequence[str], steps: Sequence[Step], roots: JsonObject, prefix: str = ""
    ) -> JsonObject | None:
        """The roots of the step that the path leads to; None when it leads nowhere."""
        part = _PART.fullmatch(parts[0])
        names = [step.name for step in steps]
        if part is None or part["name"] not in names:
            return None
        at = names.index(part["name"])
        here = self.after(steps[:at], prefix, roots)
        if len(parts) == 1:
            return here if parts[0] == part["name"] else None
        return self._inside(steps[at], part["number"], parts, here, prefix)

    def _inside(
        self, step: Step, number: str | None, parts: Sequence[str], roots: JsonObject, prefix: str
    ) -> JsonObject | None:
        if (number is not None) != isinstance(step, ForeachStep | LoopStep):
            return None
        rest, inner = parts[1:], f"{prefix}{parts[0]}."
        if isinstance(step, ParallelStep):
            if len(rest) < 2 or rest[0] not in step.branches:
                return None
            return self.find(rest[1:], step.branches[rest[0]], roots, f"{inner}{rest[0]}.")
        for each in step.lists():
            found = self.find(rest, each.steps, roots | self._more(step, each, number, roots, inner), inner)
            if found is not None:
                return found
        return None

    def _more(self, step: Step, inside: StepList, number: str | None, roots: JsonObject, inner: str) -> JsonObject:
        """What a list of the step sees beside the roots of the step."""
        if isinstance(step, ForeachStep) and number is not None:
            return {step.as_: _item(step, int(number), roots), step.index_as: int(number)}
        if isinstance(step, TryStep) and inside.pointer.startswith(_CATCH):
            error = self._caught(step, inner)
            return {} if error is None else {"error": error_root(error)}
        return {}

    def _caught(self, step: TryStep, inner: str) -> RunError | None:
        failed = failed_in(step.steps, self.state.steps, inner)
        return None if failed is None else failed.error


def _item(step: ForeachStep, number: int, roots: JsonObject) -> Json:
    try:
        items = or_null(evaluate(step.items, roots))
    except EvaluationFailed:
        return None
    return items[number] if isinstance(items, list) and number < len(items) else None
