"""Rules about `on_error`, `retry` and `catch` that cannot have any effect."""

from collections.abc import Iterator

from callsheet.lint.layout import Located
from callsheet.lint.survey import Survey
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.model import Step
from callsheet.scenario.steps.base import OnError
from callsheet.scenario.steps.fail import UNCATCHABLE, FailStep
from callsheet.scenario.steps.return_ import ReturnStep
from callsheet.scenario.steps.transform import TransformStep
from callsheet.scenario.steps.try_ import TryStep
from callsheet.scenario.steps.wait import WaitStep
from callsheet.scenario.values import Literal


def without_effect(survey: Survey) -> Iterator[Diagnostic]:
    """W232: to go on after an error that cannot be, or that is all that the step is for; to try again what is pure."""
    for located in survey.layout.steps:
        step = located.step
        if step.on_error is OnError.CONTINUE and (why := _why_not(step)):
            yield _idle(f"{located.pointer}/on_error", f"'on_error: continue' {why}.")
        if step.retry is not None:
            yield from _retry(located)


def uncatchable(survey: Survey) -> Iterator[Diagnostic]:
    """W232: a code in `catch` that nothing catches."""
    for located, step in survey.of_type(TryStep):
        for index, handler in enumerate(step.catch):
            for number, code in enumerate(handler.errors):
                if code in UNCATCHABLE:
                    yield _idle(f"{located.pointer}/catch/{index}/errors/{number}", f"'{code}' cannot be caught.")


def _why_not(step: Step) -> str:
    if isinstance(step, FailStep):
        return "takes back what the step is for: the run goes on as if it were not there"
    pure = step.when is None and (step.output is None or isinstance(step.output, Literal))
    if isinstance(step, TransformStep | ReturnStep) and pure:
        return "has no effect: this step cannot fail"
    return ""


def _retry(located: Located) -> Iterator[Diagnostic]:
    step, pointer = located.step, f"{located.pointer}/retry"
    if isinstance(step, TransformStep | FailStep | ReturnStep | WaitStep):
        yield _idle(pointer, f"'retry' has no effect: a '{step.type}' step ends the same way each time.")
        return
    for number, code in enumerate(() if step.retry is None else step.retry.errors):
        if code in UNCATCHABLE:
            yield _idle(f"{pointer}/errors/{number}", f"'{code}' is never tried again.")


def _idle(pointer: str, message: str) -> Diagnostic:
    return Diagnostic(code="W232", pointer=pointer, message=message, hint="Remove it.")
