"""Where steps sit: what a step path says about the order of steps, and whether a document has a place for it."""

import re
from collections.abc import Container, Iterator, Mapping
from typing import Final, NamedTuple

from callsheet.runs.events import StepPath
from callsheet.scenario.model import Scenario, Step
from callsheet.scenario.steps.foreach import ForeachStep
from callsheet.scenario.steps.loop import LoopStep
from callsheet.scenario.steps.parallel import ParallelStep

_PART: Final = re.compile(r"(?P<name>[^@\[]*)(?:@\d+)?(?P<number>\[\d+\])?")
_ATTEMPT: Final = re.compile(r"@\d+")
_NUMBER: Final = re.compile(r"\[\d+\]")


class Level(NamedTuple):
    """One of the steps that a path goes through.

    Attributes:
        line: the same for steps that run one after the other: those of one list, in all attempts and passes; the
            branches of a `parallel` and the iterations of a `foreach` are lines of their own.
        path: the step's own path.
    """

    line: str
    path: StepPath


def levels(path: StepPath, types: Mapping[StepPath, str]) -> Iterator[Level]:
    """The steps around the one at `path`, the outermost first, and that step itself.

    Args:
        path: of a step.
        types: the type of every step that the run came to, by its path.
    """
    line = before = ""
    for part in path.split("."):
        found = _PART.fullmatch(part)
        name = part if found is None else found["name"]
        here = StepPath(before + name)
        kind = types.get(here)
        if kind is None:  # the name of a branch
            line = f"{line}{part}."
        else:
            yield Level(line, here)
            number = found["number"] if found is not None and kind == "foreach" else None
            line = f"{line}{name}{number or ''}."
        before = f"{before}{part}."


def outline(scenario: Scenario) -> frozenset[str]:
    """The place of every step of a document, as `place` gives it."""
    return frozenset(steps_by_place(scenario))


def steps_by_place(scenario: Scenario) -> Mapping[str, Step]:
    """Every step of a document by its place, as `place` gives it."""
    return dict(_places(scenario.steps + scenario.on_error, ""))


def place(path: StepPath) -> str:
    """Where a step path leads in a document: the path without attempts, and without the numbers of iterations."""
    return _NUMBER.sub("[]", _ATTEMPT.sub("", path))


def has_place(path: StepPath, places: Container[str]) -> bool:
    """Whether a document of this outline has a step at `path`."""
    return place(path) in places


def _places(steps: tuple[Step, ...], before: str) -> Iterator[tuple[str, Step]]:
    for step in steps:
        yield before + step.name, step
        for each in step.lists():
            yield from _places(each.steps, f"{before}{step.name}{_inside(step, each.label)}.")


def _inside(step: Step, label: str) -> str:
    if isinstance(step, ParallelStep):
        return f".{label}"
    return "[]" if isinstance(step, ForeachStep | LoopStep) else ""
