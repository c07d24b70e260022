"""Rules about the scenarios that a scenario begins."""

from collections.abc import Iterable, Iterator, Mapping
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
    children = dict.fromkeys(step.scenario_id for _, step in survey.of_type(ScenarioStep))
    ways = _ways_back(own, children, context)
    for located, step in survey.of_type(ScenarioStep):
        way = ways.get(step.scenario_id)
        message, hint = "", ""
        if way is not None:
            message = f"The scenario begins itself again: {' → '.join((own, *way))}."
            hint = "A 'loop' or a 'foreach' repeats steps without recursion."
        elif context.scenarios is not None and context.scenario(step.scenario_id) is None:
            message = f"There is no scenario '{step.scenario_id}' that can be run."
            hint = survey.suggestions.did_you_mean(step.scenario_id, context.scenario_ids)
        if message:
            yield Diagnostic(code="E152", pointer=f"{located.pointer}/scenario_id", message=message, hint=hint)


def _ways_back(own: str, first: Iterable[str], context: LintContext) -> Mapping[str, tuple[str, ...]]:
    """For each scenario that leads to `own`, those from it to `own`, each begun by the one before; `own` leads there.

    Everything that `first` lead to is looked at once, forwards, and then gone through from `own`, backwards.
    """
    begun_by: dict[str, list[str]] = {}
    known = dict.fromkeys(first)
    for current in _growing(known):
        scenario = None if current == own else context.scenario(current)
        for child in () if scenario is None else _children(scenario):
            begun_by.setdefault(child, []).append(current)
            known.setdefault(child)
    ways: dict[str, tuple[str, ...]] = {own: (own,)} if own in known else {}
    for current in _growing(ways):
        for parent in begun_by.get(current, ()):
            ways.setdefault(parent, (parent, *ways[current]))
    return ways


def _growing(found: Mapping[str, object]) -> Iterator[str]:
    """The keys, those that come meanwhile too."""
    done = 0
    while done < min(len(found), _MOST):
        for key in list(found)[done:]:
            done += 1
            yield key


def _children(scenario: Scenario) -> Iterator[str]:
    return iter(dict.fromkeys(step.scenario_id for step in scenario.all_steps if isinstance(step, ScenarioStep)))
