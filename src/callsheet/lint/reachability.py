"""Rules about what can never run, and about a `switch` that may run nothing."""

from collections.abc import Iterator
from typing import Any

from callsheet.lint.survey import Survey
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.model import Step
from callsheet.scenario.steps.base import OnError
from callsheet.scenario.steps.fail import FailStep
from callsheet.scenario.steps.return_ import ReturnStep
from callsheet.scenario.steps.sequence import SequenceStep
from callsheet.scenario.steps.switch import Case, SwitchStep
from callsheet.scenario.steps.try_ import TryStep


def no_default(survey: Survey) -> Iterator[Diagnostic]:
    """W230: a `switch` of which perhaps no case holds."""
    for located, step in survey.of_type(SwitchStep):
        if step.default is None and not any(map(_always, step.cases)):
            yield Diagnostic(
                code="W230",
                pointer=located.pointer,
                message=f"The switch '{step.name}' has no 'default': when no case holds, it gives null.",
                hint="Add a 'default', if only with a 'fail' step.",
            )


def after_the_end(survey: Survey) -> Iterator[Diagnostic]:
    """W231: a step after one that always ends its list."""
    for listing in survey.layout.lists.values():
        for located in survey.layout.of(listing)[:-1]:
            if _ends(located.step):
                message = f"This step can never run: '{located.step.name}' before it always ends these steps."
                yield _unreachable(f"{listing.pointer}/{located.index + 1}", message)
                break


def after_always(survey: Survey) -> Iterator[Diagnostic]:
    """W231: a case, or the `default`, after a case that always holds."""
    for located, step in survey.of_type(SwitchStep):
        always = next((index for index, case in enumerate(step.cases) if _always(case)), len(step.cases))
        message = "This can never run: the case before it always holds."
        if always + 1 < len(step.cases):
            yield _unreachable(f"{located.pointer}/cases/{always + 1}", message)
        elif always < len(step.cases) and step.default is not None:
            yield _unreachable(f"{located.pointer}/default", message)


def idle_handlers(survey: Survey) -> Iterator[Diagnostic]:
    """W231: a handler whose errors are all caught by those before it."""
    for located, step in survey.of_type(TryStep):
        caught: set[str] = set()
        for index, handler in enumerate(step.catch):
            if "*" in caught or caught.issuperset(handler.errors):
                message = "This handler can never run: those before it catch all of its errors."
                yield _unreachable(f"{located.pointer}/catch/{index}", message)
            caught.update(handler.errors)


def _unreachable(pointer: str, message: str) -> Diagnostic:
    return Diagnostic(code="W231", pointer=pointer, message=message, hint="Remove it, or move it up.")


def _ends(step: Step) -> bool:
    """Whether nothing comes after `step`: it is not skipped, and fails or ends the run."""
    if step.when is not None:
        return False
    if isinstance(step, SequenceStep):
        return step.on_error is OnError.FAIL and any(map(_ends, step.steps))
    if isinstance(step, ReturnStep):
        return step.on_error is OnError.FAIL or step.output is None
    return isinstance(step, FailStep) and step.on_error is OnError.FAIL


def _always(case: Case) -> bool:
    tree: Any = case.when.expression.ast
    return tree["type"] == "literal" and tree["value"] is True
