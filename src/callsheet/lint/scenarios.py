"""Rules about the scenarios that a scenario begins."""

from collections.abc import Iterator
from typing import Final

from callsheet.lint.context import LintContext
from callsheet.lint.survey import Survey
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.model import Scenario
from callsheet.scenario.steps.scenario import ScenarioStep

_MOST: Final = 1_000
"""Scenarios that are looked at on the way back to the first."""


def sub_scenarios(survey: Survey) -> Iterator[Diagnostic]:
    """E152: a scenario that does not exist, or that would begin this one again, by itself or through others."""
    own, context = survey.scenario.scenario_id, survey.context
    for located, step in survey.of_type(ScenarioStep):
        way = _way_back(step.scenario_id, own, context)
        message, hint = "", ""
        if way is not None:
            message = f"The scenario begins itself again: {' → '.join((own, *way))}."
            hint = "A 'loop' or a 'foreach' repeats steps without recursion."
        elif context.scenarios is not None and context.scenario(step.scenario_id) is None:
            message = f"There is no scenario '{step.scenario_id}' that can be run."
            hint = survey.suggestions.did_you_mean(step.scenario_id, context.scenario_ids)
        if message:
            yield Diagnostic(code="E152", pointer=f"{located.pointer}/scenario_id", message=message, hint=hint)


def _way_back(first: str, own: str, context: LintContext) -> tuple[str, ...] | None:
    """The scenarios from `first` to `own`, each begun by the one before; None when there is no such way."""
    ways: dict[str, tuple[str, ...]] = {first: (first,)}
    for current in _growing(ways):
        if current == own:
            return ways[current]
        scenario = context.scenario(current)
        for child in () if scenario is None else _children(scenario):
            ways.setdefault(child, (*ways[current], child))
    return None


def _growing(ways: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """The keys, those that come meanwhile too."""
    done = 0
    while done < min(len(ways), _MOST):
        for key in list(ways)[done:]:
            done += 1
            yield key


def _children(scenario: Scenario) -> Iterator[str]:
    return (step.scenario_id for step in scenario.all_steps if isinstance(step, ScenarioStep))
