"""The checker: every rule over one scenario."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final, TypeAlias

from callsheet.lint import (
    advice,
    arguments,
    exposure,
    handling,
    names,
    near_misses,
    paths,
    reachability,
    scenarios,
    secrets,
    structure,
    tools,
)
from callsheet.lint.context import ALONE, LintContext
from callsheet.lint.survey import Survey
from callsheet.scenario.diagnostics import MAX_DIAGNOSTICS, Diagnostic
from callsheet.scenario.json import JsonObject
from callsheet.scenario.model import MAX_STEPS, Scenario

Rule: TypeAlias = Callable[[Survey], Iterator[Diagnostic]]
"""Looks at a whole scenario and says what its author should know. Never raises."""

RULES: Final[tuple[Rule, ...]] = (
    structure.duplicate_names,
    structure.nesting,
    structure.misplaced_returns,
    structure.required_fields,
    structure.schemas,
    names.literals,
    names.roots,
    names.steps,
    names.members,
    secrets.misplaced,
    secrets.undeclared,
    tools.missing,
    tools.changed,
    scenarios.sub_scenarios,
    paths.dead_paths,
    paths.wrong_types,
    paths.output,
    arguments.arguments,
    reachability.no_default,
    reachability.after_the_end,
    reachability.after_always,
    reachability.idle_handlers,
    handling.without_effect,
    handling.uncatchable,
    tools.retried,
    tools.interrupted,
    exposure.not_offered,
    advice.whole_steps,
    near_misses.near_misses,
    advice.independent_neighbours,
)
"""Errors first. Of two rules that speak of one place, the one nearer to the author's mistake comes first."""

_DERIVED: Final = frozenset({"E134", "E135"})
"""Nothing of these is said where another error stands: it would follow from that."""


def check(
    scenario: Scenario, context: LintContext = ALONE, document: JsonObject | None = None
) -> tuple[Diagnostic, ...]:
    """What the rules say, at most 100 diagnostics, without lines and columns. Never raises.

    Args:
        scenario: what is checked.
        context: what is known of the tools and of other scenarios.
        document: the JSON that the scenario was read from; without it W240 is not found.
    """
    return tuple(islice(findings(scenario, context, document), MAX_DIAGNOSTICS))


def findings(scenario: Scenario, context: LintContext, document: JsonObject | None) -> Iterator[Diagnostic]:
    """As `check`, without an end to their number; each is found when it is asked for."""
    survey = Survey(scenario, context, document)
    if len(survey.layout.steps) > MAX_STEPS:
        yield from structure.step_count(survey)  # alone: the other rules take as long as the document is large
        return
    told: set[tuple[str, str, str]] = set()
    wrong: set[str] = set()
    for rule in RULES:
        for found in rule(survey):
            identity, derived = (found.code, found.pointer, found.message), found.code in _DERIVED
            if identity in told or (derived and found.pointer in wrong):
                continue
            told.add(identity)
            if not derived:
                wrong.add(found.pointer)
            yield found
