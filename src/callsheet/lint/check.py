"""The checker: every rule over one scenario."""

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Final, TypeAlias

from callsheet.lint import names, structure
from callsheet.scenario.diagnostics import MAX_DIAGNOSTICS, Diagnostic
from callsheet.scenario.model import Scenario

Rule: TypeAlias = Callable[[Scenario], Iterator[Diagnostic]]
"""Looks at a whole scenario and says what its author should know. Never raises."""

RULES: Final[tuple[Rule, ...]] = (
    structure.duplicate_names,
    structure.required_fields,
    structure.step_count,
    structure.schemas,
    names.literals,
    names.roots,
    names.steps,
    names.members,
    names.inputs,
)


def check(scenario: Scenario) -> tuple[Diagnostic, ...]:
    """What the rules say about `scenario`, at most 100 diagnostics, without lines and columns. Never raises."""
    return tuple(islice(chain.from_iterable(rule(scenario) for rule in RULES), MAX_DIAGNOSTICS))
